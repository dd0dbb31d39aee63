from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pytest
from mlflow import MlflowClient
from numpy.testing import assert_array_equal

from infra.errors import ModelRefused, NoChampion
from infra.stores.array_hashes import hash_arrays
from infra.stores.experiment import Experiment
from infra.stores.registry import ModelRegistry
from tests.infra.stores.manifests import manifest


@dataclass
class Constant:
    """The smallest model: what it was told, and the arrays it was given."""

    learned: dict = field(default_factory=lambda: {"scores": np.array([0.5, 0.25], np.float32)})
    name: ClassVar[str] = "constant"

    def parameters(self):
        return {"n_factors": 64, "regularization": 0.1, "kind": "plain"}

    def arrays(self):
        return self.learned


@pytest.fixture
def registry(mlflow_server):
    return ModelRegistry(mlflow_server.address)


@pytest.fixture
def register(mlflow_server, registry):
    """Register a model with a run of its own, and return its version."""
    experiment = Experiment(mlflow_server.address, mlflow_server.experiment)

    def register_model(model, snapshot_date="2026-11-20"):
        with experiment.night(manifest(snapshot_date)) as night:
            run_id = experiment.log_run(night, model, {}, {"newest_rating": "1700000000"})
        return registry.register("recommender", run_id, model)

    return register_model


@pytest.fixture
def client(mlflow_server):
    return MlflowClient(mlflow_server.address)


def test_a_registered_model_comes_back_as_it_was(registry, register):
    arrays = {"factors": np.arange(6, dtype=np.float32).reshape(2, 3), "movie_ids": np.array([1, 2**40])}

    stored = registry.load("recommender", register(Constant(arrays)))

    assert (stored.name, stored.version, stored.snapshot_date) == ("constant", 1, "2026-11-20")
    assert stored.newest_rating == 1700000000
    assert stored.parameters == {"n_factors": 64, "regularization": 0.1, "kind": "plain"}
    assert stored.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert_array_equal(stored.arrays[name], array)
        assert stored.arrays[name].dtype == array.dtype


def test_a_version_is_described_without_what_it_learned(registry, register):
    stored = registry.load("recommender", register(Constant()))

    described = registry.describe("recommender", stored.version)

    assert {**vars(described), "arrays": stored.arrays} == vars(stored)


def test_a_version_keeps_the_hash_of_what_was_learned(registry, register, client):
    model = Constant()
    version = register(model)

    assert registry.arrays_hash("recommender", version) == hash_arrays(model.arrays())
    client.delete_model_version_tag("recommender", str(version), "arrays_hash")  # as those of before it was kept
    assert registry.arrays_hash("recommender", version) is None


def test_a_version_is_one_npz_and_one_json_and_nothing_else(registry, register, client):
    run_id = registry.load("recommender", register(Constant())).run_id

    assert sorted(file.path for file in client.list_artifacts(run_id, "model")) == [
        "model/arrays.npz",
        "model/model.json",
    ]


def test_an_array_that_only_a_pickle_could_hold_is_refused(register, client):
    with pytest.raises(ValueError, match="allow_pickle"):
        register(Constant({"titles": np.array(["Toy Story", None], object)}))

    assert client.search_registered_models() == []


def test_registering_again_makes_the_next_version_and_keeps_the_first(registry, register):
    first = register(Constant({"scores": np.array([1.0])}))
    second = register(Constant({"scores": np.array([2.0])}))

    assert (first, second) == (1, 2)
    assert registry.load("recommender", 1).arrays["scores"] == [1.0]
    assert registry.load("recommender", 2).arrays["scores"] == [2.0]


def test_there_is_no_champion_before_a_model_is_registered(registry, mlflow_server):
    with pytest.raises(
        NoChampion, match=f"`recommender` has the alias `champion` in MLflow at {mlflow_server.address}"
    ):
        registry.champion("recommender")


def test_there_is_no_champion_before_one_is_promoted(registry, register):
    register(Constant())

    with pytest.raises(NoChampion, match="make train"):
        registry.champion("recommender")


def test_promoting_a_version_takes_the_alias_from_the_one_before(registry, register):
    first, second = register(Constant()), register(Constant(), "2026-11-21")
    registry.promote("recommender", first)
    registry.promote("recommender", second)

    champion = registry.champion("recommender")

    assert (champion.version, champion.snapshot_date) == (2, "2026-11-21")


def test_a_version_there_is_none_of_is_named(registry, register):
    register(Constant())

    with pytest.raises(ModelRefused, match="has no version 7 of `recommender`"):
        registry.load("recommender", 7)


def test_a_version_remembers_the_manifest_of_what_it_learned_from(registry, register):
    stored = registry.load("recommender", register(Constant()))

    assert registry.manifest(stored) == manifest()


def test_what_was_decided_of_a_version_is_told_on_its_page(registry, register, client):
    version = register(Constant())

    registry.tag("recommender", version, {"verdict": "refused"})

    assert client.get_model_version("recommender", str(version)).tags["verdict"] == "refused"


def test_a_version_that_is_removed_leaves_nothing_and_the_others_stay(registry, register, client):
    gone, kept = register(Constant()), register(Constant())
    run_id = registry.describe("recommender", gone).run_id

    registry.remove("recommender", gone)

    assert list(registry.versions("recommender", "constant")) == [kept]
    assert client.list_artifacts(run_id, "model") == []
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    assert registry.load("recommender", kept).version == kept


def test_the_newest_version_of_a_model_is_found_by_its_name(registry, register):
    register(Constant())
    newest = register(Constant())

    assert registry.newest_version("recommender", "constant") == newest
    assert registry.newest_version("recommender", "another") is None
