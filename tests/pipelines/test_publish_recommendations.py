"""From a feature snapshot and two champions to lists in force, with a real lake and a real MongoDB."""

import numpy as np
import pytest

from infra.errors import GenerationRefused
from infra.settings import get_settings
from infra.stores.experiment import Experiment
from infra.stores.lake import Lake
from infra.stores.registry import ModelRegistry
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines import publish_recommendations
from pipelines.publication import shards
from tests.catalogues import silent
from tests.feature_snapshot import write_features
from tests.pipelines.publishing import (
    KINDS,
    MOVIES,
    NIGHT,
    RATINGS,
    fit_neighbours,
    fit_popularity,
    in_force,
    lists,
    neighbours,
    popularity,
    stored,
)


@pytest.fixture(scope="session")
def lake(tmp_path_factory):
    return Lake(str(tmp_path_factory.mktemp("lake")))


@pytest.fixture(scope="session")
def snapshot(spark, lake):
    return write_features(lake, spark, RATINGS, MOVIES)


@pytest.fixture
def publish(snapshot, store, tmp_path):
    def publish(recommender=None, similar=None, began_at=NIGHT, n=100):
        champions = recommender or popularity(snapshot), similar or neighbours(snapshot)
        return publish_recommendations.run(snapshot, *champions, store, began_at, tmp_path, n)

    return publish


def test_every_user_and_every_movie_has_a_list(publish, database):
    publish()

    assert sorted(lists(database, "user_recommendations")) == [10, 20, 30]
    assert sorted(lists(database, "movie_recommendations")) == [1, 6, 541, 999, 1000, 1214]


def test_who_was_deleted_since_the_snapshot_has_no_list_and_is_not_missed(publish, database):
    database.deleted_users.insert_many([{"_id": 20}, {"_id": 1_000_000_000}])

    generation = publish()

    assert sorted(lists(database, "user_recommendations")) == [10, 30]
    assert database.generations.find_one({"_id": generation})["counts"]["user_recommendations"] == 2


def test_a_list_holds_all_movies_but_those_the_user_has_rated_best_first(publish, database):
    publish()

    mine = lists(database, "user_recommendations")[20]
    assert sorted(mine["movie_ids"]) == [1, 6, 999, 1000]
    assert mine["movie_ids"][:2] == [1, 6]  # two people rated Toy Story, one Heat
    assert mine["scores"] == sorted(mine["scores"], reverse=True)
    assert mine["sources"] == {"popularity": 4}


def test_lists_are_no_longer_than_asked(publish, database):
    publish(n=2)

    assert {len(document["movie_ids"]) for document in lists(database, "user_recommendations").values()} == {2}
    assert {len(document["movie_ids"]) for document in lists(database, "popular").values()} == {1, 2}


def test_the_catalogue_and_the_popular_lists_go_with_it(publish, database):
    publish()

    assert lists(database, "movies")[6] == {
        "title": "Heat",
        "year": 1999,
        "genres": ["Crime", "Thriller"],
        "imdb_id": None,
        "tmdb_id": None,
    }
    popular = lists(database, "popular")
    assert popular["all"] == {"movie_ids": [1214, 541, 6, 1], "scores": [4.2, 4.1, 4.0, 3.9]}
    assert popular["Comedy"]["movie_ids"] == [1]
    assert "Western" not in popular


def test_what_the_champion_leaves_open_is_filled_with_the_top_rated_movies_the_user_has_not_rated(publish, database):
    toy_story = Ratings.of([10], [1], [4.0], [0])
    knows_toy_story_only = Popularity().fit(toy_story, silent(toy_story))

    publish(stored(knows_toy_story_only))

    assert lists(database, "user_recommendations")[10]["movie_ids"] == [1214, 541, 999, 1000]
    assert lists(database, "user_recommendations")[10]["sources"] == {"popular": 4}
    assert lists(database, "user_recommendations")[20]["movie_ids"] == [1, 6, 999, 1000]
    assert lists(database, "user_recommendations")[20]["sources"] == {"popularity": 1, "popular": 3}


def test_a_movie_nobody_rated_has_neighbours_by_what_is_said_of_it(publish, database):
    publish()

    assert lists(database, "movie_recommendations")[999]["movie_ids"][0] == 1  # both are comedies


def test_a_movie_without_neighbours_is_filled_up_from_all_movies_but_itself(publish, database):
    publish()

    undescribed = lists(database, "movie_recommendations")[1000]
    assert undescribed["movie_ids"] == [1214, 541, 6, 1, 999]
    assert undescribed["sources"] == {"popular": 5}


def test_the_record_tells_models_counts_and_figures(publish, database):
    generation = publish()

    record = database.generations.find_one({"_id": generation})
    assert record["state"] == "published"
    assert record["models"]["recommender"] == {"name": "popularity", "version": 3, "snapshot_date": "2026-11-20"}
    assert record["models"]["similar_movies"]["name"] == "likeness"
    assert record["counts"] == {
        "user_recommendations": 3,
        "movie_recommendations": 6,
        "movies": 6,
        "popular": len(lists(database, "popular")),
    }
    figures = {(check["table"], check["expectation"]): check["figure"] for check in record["checks"]}
    assert figures["user_recommendations", "movies the user has rated"] == 0
    assert figures["movie_recommendations", "documents"] == 6


def test_a_champion_with_broken_scores_is_refused_and_the_lists_in_force_stay(publish, snapshot, database):
    first = publish()
    broken = popularity(snapshot)
    broken.arrays["scores"] = np.full(6, np.nan, np.float32)

    with pytest.raises(GenerationRefused, match="user_recommendations: scores that are not finite: 12 instead of 0"):
        publish(broken)

    assert in_force(database) == first
    assert database.generations.count_documents({"state": "refused"}) == 1


def test_a_champion_that_lists_unknown_movies_is_refused(publish, snapshot):
    stranger = popularity(snapshot)
    stranger.arrays["movie_ids"] = stranger.arrays["movie_ids"] + 5000

    with pytest.raises(GenerationRefused, match="user_recommendations: unknown movies: "):
        publish(stranger)


def test_a_document_that_is_missing_in_mongodb_refuses_the_generation(publish, database, monkeypatch):
    made = publish_recommendations.make_missing

    def make_and_lose_one(tonight, store, generation, *how):
        records = made(tonight, store, generation, *how)
        database[f"user_recommendations_{generation}"].delete_one({"_id": 20})
        return records

    monkeypatch.setattr(publish_recommendations, "make_missing", make_and_lose_one)

    with pytest.raises(GenerationRefused, match="user_recommendations: documents: 2 instead of 3"):
        publish()


def test_the_record_tells_what_lists_were_made_from_and_what_it_took(publish, database, snapshot):
    record = database.generations.find_one({"_id": publish(n=5)})

    assert record["inputs"]["snapshot"]["tables"] == snapshot.manifest.hashes
    assert record["inputs"]["models"]["recommender"] == {"name": "popularity", "version": 3, "run_id": "run"}
    assert record["inputs"]["n"] == 5
    assert {stage: took["rows"] for stage, took in record["actuals"].items()} == {
        "catalogue": 6,
        "read": 6,
        "user_recommendations": 3,
        "movie_recommendations": 6,
    }
    assert all(took["peak_memory_bytes"] > 0 <= took["seconds"] for took in record["actuals"].values())


def test_lists_are_the_same_however_they_are_cut_into_shards(publish, store, database, monkeypatch):
    whole = database.generations.find_one({"_id": publish()})
    before = [lists(database, kind) for kind in KINDS]
    database.serving_state.delete_many({})  # so that no list is kept
    monkeypatch.setattr(shards, "SHARD_SIZE", 1)

    cut = database.generations.find_one({"_id": publish()})

    assert len(store.ledger(cut["_id"]).records()) == 3 + 6
    assert [lists(database, kind) for kind in KINDS] == before
    assert (cut["lists_hash"], cut["figures"]) == (whole["lists_hash"], whole["figures"])


def test_publishing_again_gives_a_new_generation_with_the_same_lists(publish, database):
    first = publish()
    before = lists(database, "user_recommendations")

    second = publish()

    assert second > first
    assert lists(database, "user_recommendations") == before


def test_main_takes_the_champions_of_the_registry_and_the_newest_snapshot(
    lake, snapshot, mongodb, mlflow_server, database, monkeypatch
):
    registry = ModelRegistry(mlflow_server.address)
    experiment = Experiment(mlflow_server.address, mlflow_server.experiment)
    with experiment.night(snapshot.manifest) as night:
        for role, champion in (("recommender", fit_popularity(snapshot)), ("similar_movies", fit_neighbours(snapshot))):
            run_id = experiment.log_run(night, champion, {})
            registry.promote(role, registry.register(role, run_id, champion))
    monkeypatch.setenv("MARQUEE_LAKE__ROOT", lake.root)
    monkeypatch.setenv("MARQUEE_MLFLOW__URL", mlflow_server.address)
    monkeypatch.setenv("MARQUEE_MLFLOW__EXPERIMENT", mlflow_server.experiment)
    monkeypatch.setenv("MARQUEE_MONGODB__URL", mongodb.address)
    monkeypatch.setenv("MARQUEE_MONGODB__DATABASE", mongodb.database)
    get_settings.cache_clear()

    assert publish_recommendations.main() == "2026-11-20"

    get_settings.cache_clear()
    assert sorted(lists(database, "user_recommendations")) == [10, 20, 30]
