import socket
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import numpy as np
import pytest
from mlflow import MlflowClient
from numpy.testing import assert_array_equal

from infra.errors import NoChampion, ServerUnreachable
from infra.revision import git_commit
from infra.stores.manifest import Manifest
from infra.stores.registry import ModelRegistry


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
    return ModelRegistry(mlflow_server.address, mlflow_server.experiment)


@pytest.fixture
def client(mlflow_server):
    return MlflowClient(mlflow_server.address)


def manifest(snapshot_date="2026-11-20"):
    return Manifest("features", snapshot_date, attempt="one", git_commit="abc", inputs={"raw_movies": "0f"}, tables={})


def register(registry, model, snapshot_date="2026-11-20"):
    with registry.night(manifest(snapshot_date)) as night:
        run_id = registry.log_run(night, model, {})
    return registry.register("recommender", run_id, model)


def runs_of(client, mlflow_server):
    experiment = client.get_experiment_by_name(mlflow_server.experiment)
    return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}


def test_a_registered_model_comes_back_as_it_was(registry):
    arrays = {"factors": np.arange(6, dtype=np.float32).reshape(2, 3), "movie_ids": np.array([1, 2**40])}

    stored = registry.load("recommender", register(registry, Constant(arrays)))

    assert (stored.name, stored.version, stored.snapshot_date) == ("constant", 1, "2026-11-20")
    assert stored.parameters == {"n_factors": 64, "regularization": 0.1, "kind": "plain"}
    assert stored.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert_array_equal(stored.arrays[name], array)
        assert stored.arrays[name].dtype == array.dtype


def test_a_version_is_one_npz_and_one_json_and_nothing_else(registry, client):
    run_id = registry.load("recommender", register(registry, Constant())).run_id

    assert sorted(file.path for file in client.list_artifacts(run_id, "model")) == [
        "model/arrays.npz",
        "model/model.json",
    ]


def test_an_array_that_only_a_pickle_could_hold_is_refused(registry, client):
    with pytest.raises(ValueError, match="allow_pickle"):
        register(registry, Constant({"titles": np.array(["Toy Story", None], object)}))

    assert client.search_registered_models() == []


def test_registering_again_makes_the_next_version_and_keeps_the_first(registry):
    first = register(registry, Constant({"scores": np.array([1.0])}))
    second = register(registry, Constant({"scores": np.array([2.0])}))

    assert (first, second) == (1, 2)
    assert registry.load("recommender", 1).arrays["scores"] == [1.0]
    assert registry.load("recommender", 2).arrays["scores"] == [2.0]


def test_there_is_no_champion_before_a_model_is_registered(registry, mlflow_server):
    with pytest.raises(
        NoChampion, match=f"`recommender` has the alias `champion` in MLflow at {mlflow_server.address}"
    ):
        registry.champion("recommender")


def test_there_is_no_champion_before_one_is_promoted(registry):
    register(registry, Constant())

    with pytest.raises(NoChampion, match="make train"):
        registry.champion("recommender")


def test_promoting_a_version_takes_the_alias_from_the_one_before(registry):
    first, second = register(registry, Constant()), register(registry, Constant(), "2026-11-21")
    registry.promote("recommender", first)
    registry.promote("recommender", second)

    champion = registry.champion("recommender")

    assert (champion.version, champion.snapshot_date) == (2, "2026-11-21")


def test_a_night_and_its_models_are_one_run_each(registry, client, mlflow_server):
    with registry.night(manifest()) as night:
        registry.log_run(night, Constant(), {"by_user/ndcg_at_10": 0.25})

    runs = runs_of(client, mlflow_server)

    assert runs.keys() == {"night 2026-11-20", "constant 2026-11-20"}
    model = runs["constant 2026-11-20"]
    assert model.data.tags["mlflow.parentRunId"] == night.run_id
    assert model.data.params == {"n_factors": "64", "regularization": "0.1", "kind": "plain"}
    assert model.data.metrics == {"by_user/ndcg_at_10": 0.25}
    assert (model.data.tags["git_commit"], model.data.tags["snapshot_date"]) == (git_commit(), "2026-11-20")
    assert {run.info.status for run in runs.values()} == {"FINISHED"}


def test_the_second_attempt_of_a_night_reopens_its_run(registry, client, mlflow_server):
    for _ in range(2):
        with registry.night(manifest()) as night:
            registry.log_run(night, Constant(), {})

    assert night.attempt == 2
    assert runs_of(client, mlflow_server).keys() == {
        "night 2026-11-20",
        "constant 2026-11-20",
        "constant #2 2026-11-20",
    }


def test_a_night_that_breaks_is_shown_as_failed(registry, client, mlflow_server):
    with pytest.raises(ZeroDivisionError), registry.night(manifest()):
        _ = 1 / 0

    assert runs_of(client, mlflow_server)["night 2026-11-20"].info.status == "FAILED"


def test_a_run_keeps_the_manifest_of_what_it_learned_from(registry, client, tmp_path):
    with registry.night(manifest()) as night:
        run_id = registry.log_run(night, Constant(), {})

    kept = Path(client.download_artifacts(run_id, "manifest.json", tmp_path)).read_text()
    assert Manifest.from_json(kept) == manifest()


def test_files_and_a_description_are_found_with_their_run(registry, client):
    with registry.night(manifest()) as night:
        registry.attach(night.run_id, {"lists.html": "<p>Amélie", "picture.png": b"\x89PNG"})
        registry.describe(night.run_id, "als won")

    assert [file.path for file in client.list_artifacts(night.run_id)] == ["lists.html", "picture.png"]
    assert client.get_run(night.run_id).data.tags["mlflow.note.content"] == "als won"


@pytest.mark.parametrize("address", ["127.0.0.1:5000", "http://127.0.0.1:many"])
def test_an_address_that_is_none_is_named_too(address):
    with pytest.raises(ServerUnreachable, match=f"does not answer at {address}"):
        ModelRegistry(address, "marquee")


@pytest.fixture
def silent_address():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_server_that_is_down_is_named_at_once_with_the_mend():
    started = time.monotonic()

    with pytest.raises(
        ServerUnreachable, match=r"does not answer at http://127.0.0.1:1 .*make up.*MARQUEE_MLFLOW__URL"
    ):
        ModelRegistry("http://127.0.0.1:1", "marquee")

    assert time.monotonic() - started < 5


def test_a_server_that_accepts_and_says_nothing_is_given_up(silent_address, monkeypatch):
    monkeypatch.setattr("infra.stores.tracking.KNOCK_SECONDS", 0.2)
    started = time.monotonic()

    with pytest.raises(ServerUnreachable, match=f"does not answer at {silent_address}"):
        ModelRegistry(silent_address, "marquee")

    assert time.monotonic() - started < 5


class OnlyHealthy(BaseHTTPRequestHandler):
    """A server whose store is gone: well to the health check, broken to every other request."""

    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 500)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_server_that_breaks_after_the_first_answer_is_said_in_words_too(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with ThreadingHTTPServer(("127.0.0.1", 0), OnlyHealthy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(ServerUnreachable, match=f"does not answer at http://127.0.0.1:{server.server_port}"):
            ModelRegistry(f"http://127.0.0.1:{server.server_port}", "marquee")
        server.shutdown()
