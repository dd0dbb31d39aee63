"""What one night of training leaves: champions, runs, and decisions on record, in a real MLflow and a real MongoDB."""

import json
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from infra.stores.experiment import Experiment
from infra.stores.promotions import PromotionLog
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, ModelRegistry
from models.als import Als
from models.zoo import restore
from pipelines import train_models
from pipelines.feature_arrays import read_ratings
from pipelines.training.steps import Stores
from tests.catalogues import silent
from tests.conftest import fresh_mlflow, fresh_mongodb
from tests.pipelines.small_lake import COMEDIES, UNRATED_WESTERN, USERS, WESTERNS
from tests.pipelines.training.entered import NIGHT

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "mlflow.md"


@pytest.fixture(scope="module")
def mlflow_server(tracking):
    yield from fresh_mlflow(tracking)


@pytest.fixture(scope="module")
def mongodb(mongod):
    return fresh_mongodb(mongod)


@pytest.fixture(scope="module")
def stores(mlflow_server, mongodb):
    with PromotionLog(mongodb.address, mongodb.database) as log:
        experiment = Experiment(mlflow_server.address, mlflow_server.experiment)
        yield Stores(experiment, ModelRegistry(mlflow_server.address), log)


@pytest.fixture(scope="module", autouse=True)
def printed(snapshot, stores):
    """Train in the one night that all tests of this file look at, and return what it said."""
    with redirect_stdout(StringIO()) as told:
        train_models.run(snapshot, stores, NIGHT)
    return told.getvalue()


def test_the_better_model_becomes_champion_fitted_on_everything(snapshot, stores, runs, printed):
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
    assert "recommender: als version 2 is champion, there was no champion, decided by_user" in printed


def test_the_movie_to_movie_champion_knows_even_a_movie_nobody_rated(stores):
    champion = stores.registry.champion(SIMILAR_MOVIES)
    similar = restore(champion.name, champion.parameters, champion.arrays)
    of_comedy, of_western = similar.similar_movies(np.array([COMEDIES[0], UNRATED_WESTERN]), 5).movie_ids
    assert set(of_comedy) <= set(COMEDIES)
    assert set(of_western) <= set(WESTERNS)


def test_every_model_is_a_run_below_its_night_with_what_a_person_looks_at(client, runs):
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


def test_every_decision_is_on_record_in_both_stores(stores, client, runs, database):
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


def test_the_page_on_mlflow_loads_a_version(small_lake, mlflow_server, capsys):
    code = "".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL))
    for written, ours in [("http://127.0.0.1:5000", mlflow_server.address), ("var/lake", small_lake.root)]:
        assert written in code
        code = code.replace(written, ours)

    exec(code, {})

    assert len(re.findall(r"\d+", capsys.readouterr().out)) == 20
