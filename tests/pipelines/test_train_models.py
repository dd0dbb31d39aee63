"""From a feature snapshot to champions, with a real lake and a real MLflow."""

import json

import numpy as np
import pytest

from infra.errors import ModelRefused
from infra.stores.experiment import Experiment
from infra.stores.promotions import PromotionLog
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.tables import FEATURES
from models import zoo
from models.popularity import Popularity
from pipelines import train_models
from pipelines.training.contestants import Contestant, contestants
from pipelines.training.steps import Stores
from tests.pipelines.small_lake import YESTERDAY
from tests.pipelines.training.entered import LIKENESS, NIGHT, POPULARITY, SMALL_ALS


@pytest.fixture
def stores(mlflow_server, mongodb):
    with PromotionLog(mongodb.address, mongodb.database) as log:
        experiment = Experiment(mlflow_server.address, mlflow_server.experiment)
        yield Stores(experiment, ModelRegistry(mlflow_server.address), log)


class Unhinged(Popularity):
    """As good as popularity, but for one score that is no number."""

    name = "unhinged"

    def fit(self, ratings, catalogue):
        super().fit(ratings, catalogue)
        self.scores[-1] = np.nan
        return self


@pytest.fixture
def unhinged(monkeypatch):
    monkeypatch.setitem(zoo.ZOO, "unhinged", Unhinged)
    return Contestant(RECOMMENDER, "unhinged", Popularity().parameters())


def test_training_again_on_the_same_ratings_adds_versions_and_promotes_nothing(snapshot, stores, runs, capsys):
    for _ in range(2):
        train_models.run(snapshot, stores, NIGHT)

    assert stores.registry.champion(RECOMMENDER).version == 2
    assert "als #2 2026-11-20" in runs()
    assert [name for name in runs() if name.startswith("night")] == ["night 2026-11-20"]
    newest = stores.log.newest(RECOMMENDER)
    assert (newest["verdict"], newest["live"]["version"]) == ("refused", 2)
    assert "als version 2 stays champion" in capsys.readouterr().out


def test_the_champions_configuration_on_newer_ratings_takes_its_place(small_lake, snapshot, stores, runs):
    yesterday = small_lake.open(FEATURES, YESTERDAY)
    train_models.run(yesterday, stores, NIGHT)
    entered = [
        each for each in contestants(stores.registry, 42, snapshot.manifest) if each.parameters == SMALL_ALS.parameters
    ]
    train_models.run(snapshot, stores, [POPULARITY, *entered, LIKENESS])

    champion = stores.registry.champion(RECOMMENDER)
    assert (champion.name, champion.snapshot_date) == ("als", "2026-11-20")
    assert "fresher, and not worse" in stores.log.newest(RECOMMENDER)["reason"]
    assert "als as it was 2026-11-20" in runs()


def test_a_model_with_a_score_that_is_no_number_is_never_registered(snapshot, stores, client, runs, unhinged, capsys):
    train_models.run(snapshot, stores, [unhinged, *NIGHT])

    assert {version.tags["model"] for version in client.search_model_versions("name = 'recommender'")} == {
        "popularity",
        "als",
    }
    assert "refused: unhinged: of the numbers in `scores`, 1 are not finite" in capsys.readouterr().out
    assert runs()["unhinged 2026-11-20"].data.tags["mlflow.note.content"].startswith("Refused: unhinged")


def test_a_night_that_keeps_nothing_promotes_nothing_and_is_shown_as_failed(snapshot, stores, runs, unhinged):
    with pytest.raises(ModelRefused, match="no model for `recommender` was kept"):
        train_models.run(snapshot, stores, [unhinged])

    assert stores.registry.champion_version(RECOMMENDER) is None
    assert runs()["night 2026-11-20"].info.status == "FAILED"


def test_the_steps_hand_on_nothing_but_json(small_lake, snapshot, mlflow_server, mongodb, configure):
    configure(LAKE__ROOT=small_lake.root, MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database, SEED=7)
    configure(MLFLOW__URL=mlflow_server.address, MLFLOW__EXPERIMENT=mlflow_server.experiment)

    planned = json.loads(json.dumps(train_models.plan()))
    chosen = [each for each in planned if each["contestant"][1] in {"popularity", "als", "likeness"}]
    outcomes = [json.loads(json.dumps(train_models.try_model(**each))) for each in chosen]
    assert train_models.conclude(planned[0]["night"], outcomes) == "2026-11-20"

    assert {each["contestant"][1] for each in planned} == zoo.FIRST_NIGHT
    assert ModelRegistry(mlflow_server.address).champion(RECOMMENDER).parameters["seed"] == 7
