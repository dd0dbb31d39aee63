"""From a feature snapshot to champions, with a real lake and a real MLflow."""

from datetime import date, datetime, timedelta

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


@pytest.fixture
def runs(client, mlflow_server):
    """Return the runs of this test's experiment by name."""

    def find():
        experiment = client.get_experiment_by_name(mlflow_server.experiment)
        return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}

    return find


def small_als(**parameters):
    return Als(n_factors=8, **parameters)


class Unhinged(Popularity):
    """As good as popularity, but for one score that is no number."""

    name = "unhinged"

    def fit(self, ratings):
        super().fit(ratings)
        self.scores[-1] = np.nan
        return self


class Forgetful(Popularity):
    """Popularity that tells the registry something else than what it ranks by."""

    def arrays(self):
        return {**super().arrays(), "scores": self.scores[::-1]}


class Unheard(Popularity):
    """A model the zoo does not know."""

    name = "unheard"


class HollowAls(Als):
    """An Als whose movie factors are no numbers."""

    def fit(self, ratings):
        super().fit(ratings)
        self.movie_factors[:] = np.inf
        return self


def test_the_better_model_becomes_champion_fitted_on_everything(snapshot, registry, runs):
    train_models.run(snapshot, registry, [Popularity(), small_als()])

    champion = registry.champion("recommender")
    figures = {name: run.data.metrics.get("by_user/ndcg_at_10") for name, run in runs().items()}
    ratings = read_ratings(snapshot)
    restored = restore(champion.name, champion.parameters, champion.arrays)
    assert figures["als 2026-11-20"] > figures["popularity 2026-11-20"]
    assert (champion.name, champion.version, champion.snapshot_date) == ("als", 2, "2026-11-20")
    assert_array_equal(
        restored.recommend(ratings.users.ids, 10, ratings).movie_ids,
        small_als().fit(ratings).recommend(ratings.users.ids, 10, ratings).movie_ids,
    )


def test_popularity_may_win(snapshot, registry):
    train_models.run(snapshot, registry, [Popularity(), small_als(regularization=1e6)])

    assert registry.champion("recommender").name == "popularity"


def test_the_champion_of_neighbours_has_a_list_even_for_a_movie_nobody_rated(snapshot, registry):
    train_models.run(snapshot, registry, [Popularity(), small_als()])

    champion = registry.champion("neighbours")
    similar = restore(champion.name, champion.parameters, champion.arrays).similar_movies(
        np.array([COMEDIES[0], UNRATED_WESTERN]), 5
    )
    assert set(similar.movie_ids[0]) <= set(COMEDIES)
    assert set(similar.movie_ids[1]) <= set(WESTERNS)


def test_every_model_is_a_run_below_its_night(snapshot, registry, client, runs):
    train_models.run(snapshot, registry, [Popularity(), small_als()])

    night = runs()["night 2026-11-20"]
    als = runs()["als 2026-11-20"]
    assert runs().keys() == {
        "night 2026-11-20",
        "popularity 2026-11-20",
        "als 2026-11-20",
        "neighbours 2026-11-20",
    }
    assert als.data.tags["mlflow.parentRunId"] == night.info.run_id
    assert als.data.params["n_factors"] == "8"
    assert als.data.metrics["by_user/n_users"] == als.data.metrics["by_time/n_users"] == len(USERS)
    assert {"fit_seconds", "by_user/recall_at_20", "by_time/coverage_at_10"} < als.data.metrics.keys()
    assert [file.path for file in client.list_artifacts(als.info.run_id)] == ["manifest.json", "model"]
    assert [file.path for file in client.list_artifacts(night.info.run_id)] == [
        "lists.html",
        "metrics.png",
        "popularity.png",
    ]


def test_what_was_compared_and_promoted_is_printed_and_described(snapshot, registry, runs, capsys):
    train_models.run(snapshot, registry, [Popularity(), small_als()])

    printed = capsys.readouterr().out
    described = runs()["night 2026-11-20"].data.tags["mlflow.note.content"]
    for told in (printed, described):
        assert "champion: als version 2, for the best NDCG@10" in told
        assert "by_time has 40 warm users and decides from 300" in told
        assert "| by_user | 40    | popularity |" in told
    assert registry.comparison_page in printed


def test_training_again_adds_versions_to_the_same_night(snapshot, registry, runs):
    for _ in range(2):
        train_models.run(snapshot, registry, [Popularity(), small_als()])

    assert (registry.champion("recommender").version, registry.champion("neighbours").version) == (4, 2)
    assert [name for name in runs() if name.startswith("night")] == ["night 2026-11-20"]
    assert "als #2 2026-11-20" in runs()


def test_a_model_with_a_score_that_is_no_number_is_never_registered(snapshot, registry, client, runs, capsys):
    train_models.run(snapshot, registry, [Unhinged(), small_als()])

    versions = client.search_model_versions("name = 'recommender'")
    assert [version.tags["model"] for version in versions] == ["als"]
    assert "refused: unhinged: of the numbers in `scores`, 1 are not finite" in capsys.readouterr().out
    assert runs()["unhinged 2026-11-20"].data.tags["mlflow.note.content"].startswith("Refused: unhinged")


@pytest.mark.parametrize(
    ("model", "told"), [(Forgetful(), "makes other lists once loaded back"), (Unheard(), "does not load: UnknownModel")]
)
def test_a_model_that_does_not_come_back_as_it_was_is_never_promoted(snapshot, registry, capsys, model, told):
    train_models.run(snapshot, registry, [model, small_als(regularization=1e6)])

    assert registry.champion("recommender").name == "als"
    assert told in capsys.readouterr().out


def test_a_night_without_a_sound_als_leaves_the_champions_in_force(snapshot, registry, runs):
    train_models.run(snapshot, registry, [Popularity(), small_als()])

    with pytest.raises(ModelRefused, match="no sound als"):
        train_models.run(snapshot, registry, [Popularity(), HollowAls(n_factors=8)])

    assert registry.champion("recommender").version == 2
    assert runs()["night 2026-11-20"].info.status == "FAILED"


def test_a_night_of_refused_models_promotes_nothing(snapshot, registry):
    with pytest.raises(ModelRefused, match="every model was refused"):
        train_models.run(snapshot, registry, [Unhinged()])

    with pytest.raises(NoChampion):
        registry.champion("recommender")


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


def test_every_model_of_the_zoo_is_compared():
    assert {model.name for model in train_models.challengers(seed=42)} == ZOO.keys()
