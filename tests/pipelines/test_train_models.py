"""From a feature snapshot to champions, with a real lake and a real MLflow."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pymongo import MongoClient

from infra.errors import ModelRefused
from infra.settings import get_settings
from infra.stores.experiment import Experiment
from infra.stores.promotions import PromotionLog
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, ModelRegistry
from infra.tables import FEATURES
from models import zoo
from models.als import Als
from models.popularity import Popularity
from models.zoo import restore
from pipelines import train_models
from pipelines.feature_arrays import read_ratings
from pipelines.training.contestants import Contestant, contestants, those_of_a_first_night
from pipelines.training.steps import Stores
from tests.catalogues import silent
from tests.pipelines.small_lake import COMEDIES, UNRATED_WESTERN, USERS, WESTERNS, YESTERDAY

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "mlflow.md"


SMALL_ALS = Contestant(RECOMMENDER, "als", Als(n_factors=8).parameters())
POPULARITY = Contestant(RECOMMENDER, "popularity", Popularity().parameters())
LIKENESS = Contestant(SIMILAR_MOVIES, "likeness", {"shrinkage": 5.0, "seed": 42})
NIGHT = (POPULARITY, SMALL_ALS, LIKENESS)


@pytest.fixture
def database(mongodb):
    with MongoClient(mongodb.address) as client:
        yield client[mongodb.database]


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


def test_the_better_model_becomes_champion_fitted_on_everything(snapshot, stores, runs, capsys):
    train_models.run(snapshot, stores, NIGHT)

    champion, ratings = stores.registry.champion(RECOMMENDER), read_ratings(snapshot)
    figures = {name: run.data.metrics.get("by_user/ndcg_at_10") for name, run in runs().items()}
    assert figures["als 2026-11-20"] > figures["popularity 2026-11-20"]
    assert (champion.name, champion.version, champion.snapshot_date) == ("als", 2, "2026-11-20")
    assert champion.newest_rating == ratings.rated_at.max()
    assert_array_equal(
        restore(champion.name, champion.parameters, champion.arrays)
        .recommend(ratings.users.ids, 10, ratings)
        .movie_ids,
        Als(n_factors=8).fit(ratings, silent(ratings)).recommend(ratings.users.ids, 10, ratings).movie_ids,
    )
    assert "recommender: als version 2 is champion, there was no champion, decided by_user" in capsys.readouterr().out


def test_the_movie_to_movie_champion_knows_even_a_movie_nobody_rated(snapshot, stores):
    train_models.run(snapshot, stores, NIGHT)

    champion = stores.registry.champion(SIMILAR_MOVIES)
    similar = restore(champion.name, champion.parameters, champion.arrays)
    of_comedy, of_western = similar.similar_movies(np.array([COMEDIES[0], UNRATED_WESTERN]), 5).movie_ids
    assert set(of_comedy) <= set(COMEDIES)
    assert set(of_western) <= set(WESTERNS)


def test_every_model_is_a_run_below_its_night_with_what_a_person_looks_at(snapshot, stores, client, runs):
    train_models.run(snapshot, stores, NIGHT)

    files = {name: [file.path for file in client.list_artifacts(run.info.run_id)] for name, run in runs().items()}
    assert files == {
        "night 2026-11-20": ["decisions.json", "intervals.png", "lists.html", "metrics.png", "popularity.png"],
        "popularity 2026-11-20": ["manifest.json", "model", "trial.npz"],
        "als 2026-11-20": ["manifest.json", "model", "trial.npz"],
        "likeness 2026-11-20": ["manifest.json", "model", "trial.npz"],
    }
    als, night = runs()["als 2026-11-20"].data, runs()["night 2026-11-20"]
    assert als.tags["mlflow.parentRunId"] == night.info.run_id
    assert als.params["n_factors"] == "8"
    assert {"fit_seconds", "by_user/recall_at_20", "by_time/coverage_at_10", "by_user/new_users"} < als.metrics.keys()
    assert "| als        | " in night.data.tags["mlflow.note.content"]
    assert night.info.status == "FINISHED"


def test_every_decision_is_on_record_in_both_stores(snapshot, stores, client, runs, database):
    train_models.run(snapshot, stores, NIGHT)

    entries = list(database["promotions"].find({"registered_name": RECOMMENDER}, sort=[("_id", 1)]))
    assert [(entry["challenger"]["name"], entry["verdict"], entry["who"]) for entry in entries] == [
        ("popularity", "refused", "night"),
        ("als", "promoted", "night"),
    ]
    assert entries[1]["live"] == {"name": "als", "version": 2}
    assert entries[1]["figures"]["n_users"] == len(USERS)
    champions = database["serving_state"].find_one({"_id": "champion"})["models"]
    assert champions[RECOMMENDER] == {"name": "als", "version": 2}
    assert client.get_model_version(RECOMMENDER, "1").tags["reason"].startswith("als is promoted")
    table = json.loads(stores.experiment.read(runs()["night 2026-11-20"].info.run_id, "decisions.json"))
    assert [dict(zip(table["columns"], row, strict=True))["verdict"] for row in table["data"]] == [
        "refused",
        "promoted",
        "promoted",
    ]


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


def test_the_steps_hand_on_nothing_but_json(small_lake, snapshot, mlflow_server, mongodb, monkeypatch):
    for name, text in {
        "MARQUEE_LAKE__ROOT": small_lake.root,
        "MARQUEE_MLFLOW__URL": mlflow_server.address,
        "MARQUEE_MLFLOW__EXPERIMENT": mlflow_server.experiment,
        "MARQUEE_MONGODB__URL": mongodb.address,
        "MARQUEE_MONGODB__DATABASE": mongodb.database,
        "MARQUEE_SEED": "7",
    }.items():
        monkeypatch.setenv(name, text)
    get_settings.cache_clear()
    try:
        planned = json.loads(json.dumps(train_models.plan()))
        chosen = [each for each in planned if each["contestant"][1] in {"popularity", "als", "likeness"}]
        outcomes = [json.loads(json.dumps(train_models.try_model(**each))) for each in chosen]
        assert train_models.conclude(planned[0]["night"], outcomes) == "2026-11-20"
    finally:
        get_settings.cache_clear()

    assert {each["contestant"][1] for each in planned} == zoo.FIRST_NIGHT
    assert ModelRegistry(mlflow_server.address).champion(RECOMMENDER).parameters["seed"] == 7


def test_from_the_second_night_on_the_whole_zoo_takes_part(snapshot, stores):
    everyone = contestants(stores.registry, 42, snapshot.manifest)
    assert {each.model for each in those_of_a_first_night(everyone, stores.registry)} == zoo.FIRST_NIGHT

    train_models.run(snapshot, stores, NIGHT)

    assert those_of_a_first_night(everyone, stores.registry) == everyone
    assert {each.model for each in everyone} == {*zoo.ZOO, *zoo.SIMILAR_MOVIES}


def test_the_page_on_mlflow_loads_a_version(snapshot, stores, small_lake, mlflow_server, capsys):
    train_models.run(snapshot, stores, NIGHT)
    code = "".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL))
    for written, ours in [("http://127.0.0.1:5000", mlflow_server.address), ("var/lake", small_lake.root)]:
        assert written in code
        code = code.replace(written, ours)
    capsys.readouterr()

    exec(code, {})

    assert len(re.findall(r"\d+", capsys.readouterr().out)) == 20
