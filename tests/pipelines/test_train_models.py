"""From a feature snapshot to champions, with a real lake and a real MLflow."""

import re
from contextlib import redirect_stdout
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from mlflow import MlflowClient
from numpy.testing import assert_array_equal

from infra.errors import ModelRefused, NoChampion
from infra.settings import get_settings
from infra.stores.lake import Lake
from infra.stores.registry import ModelRegistry
from infra.tables import FEATURES, MOVIES, RATINGS
from models.als import Als
from models.popularity import Popularity
from models.zoo import ZOO, restore
from pipelines import train_models
from pipelines.feature_arrays import read_ratings
from tests.catalogues import silent

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "mlflow.md"
DAY = date(2026, 11, 20)
USERS = range(1, 41)
COMEDIES, WESTERNS = range(1, 21), range(101, 121)
UNRATED_WESTERN = 199


def watched(user_id):
    """Three of four movies of one genre in an order of the user's own: who likes comedies never sees a western."""
    liked = [movie_id for movie_id in (COMEDIES if user_id % 2 else WESTERNS) if (movie_id * 7 + user_id * 3) % 4]
    first = user_id * 5 % len(liked)
    return liked[first:] + liked[:first]


def movie(movie_id, genre):
    return {"movie_id": movie_id, "title": f"{genre} & {movie_id}", "year": 1995, "genres": [genre], "tags": []}


@pytest.fixture(scope="session")
def lake(spark, tmp_path_factory):
    ratings = [
        {"user_id": user_id, "movie_id": movie_id, "rating": 4.0, "rated_at": datetime(2024, 1, 1) + timedelta(days)}
        for user_id in USERS
        for days, movie_id in enumerate(watched(user_id))
    ]
    movies = [movie(n, "Comedy") for n in COMEDIES] + [movie(n, "Western") for n in [*WESTERNS, UNRATED_WESTERN]]
    rows = {RATINGS: ratings, MOVIES: movies}
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    attempt = lake.begin(FEATURES, DAY)
    for table in FEATURES.tables:
        attempt.write(table, spark.createDataFrame(rows.get(table, []), table.schema))
    attempt.commit(inputs={"raw_movies": "0f"})
    return lake


@pytest.fixture(scope="session")
def snapshot(lake):
    return lake.open(FEATURES, DAY)


@pytest.fixture
def registry(mlflow_server):
    return ModelRegistry(mlflow_server.address, mlflow_server.experiment)


@pytest.fixture
def client(mlflow_server):
    return MlflowClient(mlflow_server.address)


def find_runs(client, experiment):
    """Return the runs of an experiment by name."""
    return {
        run.info.run_name: run for run in client.search_runs([client.get_experiment_by_name(experiment).experiment_id])
    }


@pytest.fixture
def runs(client, mlflow_server):
    return lambda: find_runs(client, mlflow_server.experiment)


def small_als(**parameters):
    return Als(n_factors=8, **parameters)


class Unhinged(Popularity):
    """As good as popularity, but for one score that is no number."""

    name = "unhinged"

    def fit(self, ratings, catalogue):
        super().fit(ratings, catalogue)
        self.scores[-1] = np.nan
        return self


class Trained(NamedTuple):
    """What one night left behind."""

    champions: dict
    runs: dict
    files: dict
    printed: str
    page: str


@pytest.fixture(scope="module")
def trained(snapshot, tracking):
    settings = tracking.model_copy(update={"experiment": "test_train_models"})
    registry, client = ModelRegistry(settings.address, settings.experiment), MlflowClient(settings.address)
    with redirect_stdout(StringIO()) as printed:
        train_models.run(snapshot, registry, [Popularity(), small_als()])
    champions = {name: registry.champion(name) for name in ("recommender", "similar_movies")}
    runs = find_runs(client, settings.experiment)
    files = {name: [file.path for file in client.list_artifacts(run.info.run_id)] for name, run in runs.items()}
    for name in champions:
        client.delete_registered_model(name)
    return Trained(champions, runs, files, printed.getvalue(), registry.comparison_page)


def test_the_better_model_becomes_champion(trained):
    figures = {name: run.data.metrics.get("by_user/ndcg_at_10") for name, run in trained.runs.items()}
    champion = trained.champions["recommender"]

    assert figures["als 2026-11-20"] > figures["popularity 2026-11-20"]
    assert (champion.name, champion.version, champion.snapshot_date) == ("als", 2, "2026-11-20")


def test_popularity_may_win(snapshot, registry):
    train_models.run(snapshot, registry, [Popularity(), small_als(regularization=1e6)])

    assert registry.champion("recommender").name == "popularity"


def test_the_champion_was_fitted_on_everything(trained, snapshot):
    champion, ratings = trained.champions["recommender"], read_ratings(snapshot)
    restored = restore(champion.name, champion.parameters, champion.arrays)

    assert_array_equal(
        restored.recommend(ratings.users.ids, 10, ratings).movie_ids,
        small_als().fit(ratings, silent(ratings)).recommend(ratings.users.ids, 10, ratings).movie_ids,
    )


def test_the_neighbours_promoted_have_a_list_even_for_a_movie_nobody_rated(trained):
    champion = trained.champions["similar_movies"]
    neighbours = restore(champion.name, champion.parameters, champion.arrays)

    of_comedy, of_western = neighbours.similar_movies(np.array([COMEDIES[0], UNRATED_WESTERN]), 5).movie_ids

    assert set(of_comedy) <= set(COMEDIES)
    assert set(of_western) <= set(WESTERNS)


def test_every_model_is_a_run_below_its_night(trained):
    assert trained.runs.keys() == {
        "night 2026-11-20",
        "popularity 2026-11-20",
        "als 2026-11-20",
        "likeness 2026-11-20",
    }
    als = trained.runs["als 2026-11-20"].data
    assert als.tags["mlflow.parentRunId"] == trained.runs["night 2026-11-20"].info.run_id
    assert als.params["n_factors"] == "8"
    assert als.metrics["by_user/n_users"] == als.metrics["by_time/n_users"] == len(USERS)
    assert {"fit_seconds", "by_user/recall_at_20", "by_time/coverage_at_10"} < als.metrics.keys()


def test_a_person_finds_pictures_and_lists_with_the_night_and_the_manifest_with_every_model(trained):
    assert trained.files == {
        "night 2026-11-20": ["lists.html", "metrics.png", "popularity.png"],
        "popularity 2026-11-20": ["manifest.json", "model"],
        "als 2026-11-20": ["manifest.json", "model"],
        "likeness 2026-11-20": ["manifest.json", "model"],
    }


def test_what_was_compared_and_promoted_is_printed_and_described(trained):
    described = trained.runs["night 2026-11-20"].data.tags["mlflow.note.content"]

    for told in (trained.printed, described):
        assert "champion: als version 2, for the best NDCG@10" in told
        assert "by_time has 40 warm users and decides from 300" in told
        assert "| by_user | 40    | popularity |" in told
    assert trained.page in trained.printed


def test_training_again_adds_versions_to_the_same_night(snapshot, registry, runs):
    for _ in range(2):
        train_models.run(snapshot, registry, [Popularity(), small_als()])

    assert (registry.champion("recommender").version, registry.champion("similar_movies").version) == (4, 2)
    assert [name for name in runs() if name.startswith("night")] == ["night 2026-11-20"]
    assert "als #2 2026-11-20" in runs()


def test_a_model_with_a_score_that_is_no_number_is_never_registered(snapshot, registry, client, runs, capsys):
    train_models.run(snapshot, registry, [Unhinged(), small_als()])

    versions = client.search_model_versions("name = 'recommender'")
    assert [version.tags["model"] for version in versions] == ["als"]
    assert "refused: unhinged: of the numbers in `scores`, 1 are not finite" in capsys.readouterr().out
    assert runs()["unhinged 2026-11-20"].data.tags["mlflow.note.content"].startswith("Refused: unhinged")


@pytest.mark.parametrize(
    ("models", "told"),
    [([Unhinged()], "every model was refused")],
)
def test_a_night_without_what_it_needs_promotes_nothing(snapshot, registry, runs, models, told):
    with pytest.raises(ModelRefused, match=told):
        train_models.run(snapshot, registry, models)

    for name in ("recommender", "similar_movies"):
        with pytest.raises(NoChampion):
            registry.champion(name)
    assert runs()["night 2026-11-20"].info.status == "FAILED"


def test_the_configured_stores_are_trained_on_and_the_date_is_handed_on(lake, snapshot, mlflow_server, monkeypatch):
    monkeypatch.setenv("MARQUEE_LAKE__ROOT", lake.root)
    monkeypatch.setenv("MARQUEE_MLFLOW__URL", mlflow_server.address)
    monkeypatch.setenv("MARQUEE_MLFLOW__EXPERIMENT", mlflow_server.experiment)
    monkeypatch.setenv("MARQUEE_SEED", "7")
    get_settings.cache_clear()
    try:
        assert train_models.main() == "2026-11-20"
    finally:
        get_settings.cache_clear()

    champion = ModelRegistry(mlflow_server.address, mlflow_server.experiment).champion("recommender")
    assert champion.parameters["seed"] == 7


def test_the_page_on_mlflow_promotes_and_loads_a_version(snapshot, registry, lake, mlflow_server, capsys):
    train_models.run(snapshot, registry, [Popularity(), small_als()])
    code = "".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL))
    for written, ours in [
        ("http://127.0.0.1:5000", mlflow_server.address),
        ('"marquee"', f'"{mlflow_server.experiment}"'),
        ("var/lake", lake.root),
    ]:
        assert written in code
        code = code.replace(written, ours)
    capsys.readouterr()

    exec(code, {})

    assert registry.champion("recommender").version == 1
    assert len(re.findall(r"\d+", capsys.readouterr().out)) == 20


def test_every_model_of_the_zoo_is_compared():
    assert {model.name for model in train_models.challengers(seed=42)} == ZOO.keys()
