"""The life of generations, in a real MongoDB."""

from datetime import timedelta

import numpy as np
import pytest
from pymongo import MongoClient

from infra.errors import GenerationRefused, ServerUnreachable
from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore
from infra.stores.ledger import ShardRecord
from infra.stores.ranked_movies import unpack
from tests.infra.stores.written_generations import (
    FAILED,
    MODELS,
    NIGHT,
    PASSED,
    generations_with_lists,
    in_force,
    published,
    state,
    written,
)

FINISHED = ShardRecord(
    Content.USER_LISTS, 0, 2, 1, 1, "00ff00ff00ff00ff", {"faults": {"unknown movies": 0}}, 0.5, 2**33
)


@pytest.fixture
def database(mongodb):
    with MongoClient(mongodb.address, tz_aware=True) as client:
        yield client[mongodb.database]


def test_a_generation_in_the_making_is_seen_by_nobody(store, database):
    written(store)

    assert in_force(database) is None


def test_publishing_moves_the_pointer_and_leaves_a_record(store, database):
    generation = written(store)

    store.publish(generation, {"user_recommendations": 1}, [PASSED])

    record = database.generations.find_one({"_id": generation})
    assert in_force(database) == generation == "2026-11-20T003105Z"
    assert (record["state"], record["snapshot_date"], record["models"]) == ("published", "2026-11-20", MODELS)
    assert record["counts"] == {"user_recommendations": 1}
    assert record["checks"] == [
        {
            "table": "user_recommendations",
            "expectation": "unknown movies",
            "figure": 0,
            "limit": "0",
            "passed": True,
        }
    ]
    assert record["began_at"] == NIGHT <= record["published_at"]
    assert record["git_commit"] and record["who"] and record["why"]


def test_a_user_who_is_deleted_between_counting_and_publishing_has_no_list(store, database):
    generation = written(store)
    counts, nobody = store.contents(generation).count_without_deleted()
    database.deleted_users.insert_one({"_id": 1})

    store.publish(generation, counts, [PASSED])

    assert (counts["user_recommendations"], nobody) == (1, [])
    assert in_force(database) == generation
    assert database[f"user_recommendations_{generation}"].count_documents({}) == 0


def test_a_failed_check_leaves_the_generation_refused_and_the_one_in_force_in_place(store, database):
    first = published(store)
    second = written(store)

    with pytest.raises(GenerationRefused, match=r"unknown movies: 7 instead of 0"):
        store.publish(second, {}, [PASSED, FAILED])

    record = database.generations.find_one({"_id": second})
    assert in_force(database) == first
    assert record["state"] == "refused"
    assert record["why"] == "user_recommendations: unknown movies: 7 instead of 0"
    assert [check["figure"] for check in record["checks"]] == [0, 7]


def test_the_last_three_published_generations_stay(store, database):
    generations = [published(store) for _ in range(5)]

    assert generations_with_lists(database) == generations[2:]
    assert [state(database, generation) for generation in generations] == ["retired"] * 2 + ["published"] * 3


def test_two_generations_of_the_same_second_have_different_ids(store):
    assert published(store) < published(store)


def test_ids_grow_even_when_the_clock_is_set_back(store):
    assert published(store) < published(store, NIGHT - timedelta(hours=1))


def test_what_a_crashed_run_left_is_gone_on_with_by_a_run_of_the_same_inputs(store, database):
    crashed = written(store)

    assert published(store, NIGHT + timedelta(hours=1)) == crashed

    record = database.generations.find_one({"_id": crashed})
    assert (record["state"], record["began_at"], record["n_attempts"]) == ("published", NIGHT, 2)
    assert record["inputs"] == {"snapshot": "first"}


def test_what_a_crashed_run_of_other_inputs_left_is_refused_and_dropped(store, database):
    crashed = written(store, snapshot="yesterday's")
    store.ledger(crashed).add(FINISHED)

    following = published(store)

    assert state(database, crashed) == "refused"
    assert generations_with_lists(database) == [following]
    assert store.ledger(crashed).records() == []


def test_a_finished_shard_is_remembered_as_it_was(store):
    ledger = store.ledger(written(store))

    ledger.add(FINISHED)
    ledger.add(FINISHED)

    assert ledger.records() == [FINISHED]
    assert FINISHED.shard == (Content.USER_LISTS, 0, 2)


def test_lists_that_are_there_already_stay_as_they_are(store, database):
    generation = written(store)
    lists = np.array([[70, 60], [80, 90]]), np.array([[0.8, 0.4], [0.7, 0.3]], np.float32), {"als": np.array([2, 2])}

    store.contents(generation).write_lists(Content.USER_LISTS, np.array([1, 2]), *lists)

    found = database[f"user_recommendations_{generation}"].find({}, sort=[("_id", 1)])
    assert [unpack("i", document["movie_ids"]) for document in found] == [[50, 60], [80, 90]]


def test_collections_that_are_no_generation_of_ours_are_left_alone(store, database):
    database["movies_seen"].insert_one({})
    database["user_recommendations_archive"].insert_one({})

    published(store)

    assert {"movies_seen", "user_recommendations_archive"} <= set(database.list_collection_names())


def test_a_run_that_another_one_overtook_ends_without_publishing(store, database):
    slow = written(store, snapshot="yesterday's")
    fast = published(store)

    with pytest.raises(GenerationRefused, match="another publication began"):
        store.require_building(slow)
    with pytest.raises(GenerationRefused, match="another publication began"):
        store.publish(slow, {}, [PASSED])

    assert in_force(database) == fast


def test_a_server_that_does_not_answer_is_named_without_its_password(monkeypatch):
    monkeypatch.setattr("infra.stores.mongodb.PATIENCE_MS", 200)

    with pytest.raises(ServerUnreachable, match=r"mongodb://127\.0\.0\.1:9/") as error:
        GenerationStore("mongodb://writer:sesame@127.0.0.1:9/", "marquee")

    assert "sesame" not in str(error.value)


def test_a_generation_is_as_large_as_its_collections_on_disk(store, database):
    generation, chance = written(store), np.random.default_rng(7)
    lists = chance.integers(0, 2**31, (500, 100)), chance.random((500, 100), np.float32), {"als": np.full(500, 100)}
    store.contents(generation).write_lists(Content.USER_LISTS, np.arange(500), *lists)
    database.client.admin.command("fsync")

    assert 500 * 100 * 4 < store.contents(generation).size() < 500 * 100 * 16
    assert store.contents("2026-11-19T003105Z").size() == 0
