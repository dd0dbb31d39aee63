"""The lists that a small night puts in force, with a real lake and a real MongoDB."""

from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.publication import shards
from tests.catalogues import silent
from tests.pipelines.publishing import KINDS, lists, stored


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
