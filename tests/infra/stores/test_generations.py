"""The life of generations, in a real MongoDB."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from pymongo import MongoClient

from infra.errors import GenerationRefused, NoGeneration, ServerUnreachable
from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore
from infra.stores.ledger import ShardRecord
from infra.stores.manifest import Check
from infra.stores.ranked_movies import unpack

DAY = date(2026, 11, 20)
NIGHT = datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC)
MODELS = {"recommender": {"name": "als", "version": 3}, "similar_movies": {"name": "likeness", "version": 2}}
PASSED = Check("user_recommendations", "unknown movies", 0, "0", passed=True)
FINISHED = ShardRecord(
    Content.USER_LISTS, 0, 2, 1, 1, "00ff00ff00ff00ff", {"faults": {"unknown movies": 0}}, 0.5, 2**33
)
FAILED = Check("user_recommendations", "unknown movies", 7, "0", passed=False)
ODD = Check("user_recommendations", "personal lift", 0.01, "at least 0.3", passed=False)


@pytest.fixture
def database(mongodb):
    with MongoClient(mongodb.address, tz_aware=True) as client:
        yield client[mongodb.database]


def written(store, night=NIGHT, snapshot="first"):
    """Begin a generation and write one user's list into it."""
    generation = store.begin(DAY, MODELS, night, {"snapshot": snapshot})
    lists = np.array([[50, 60]]), np.array([[0.9, 0.5]], np.float32), {"als": np.array([2])}
    store.contents(generation).write_lists(Content.USER_LISTS, np.array([1]), *lists)
    return generation


def published(store, night=NIGHT):
    generation = written(store, night)
    store.publish(generation, {}, [PASSED])
    return generation


def in_force(database):
    pointer = database.serving_state.find_one({"_id": "recommendations"})
    return pointer and pointer["generation"]


def state(database, generation):
    return database.generations.find_one({"_id": generation})["state"]


def generations_with_lists(database):
    return sorted(name.split("_")[-1] for name in database.list_collection_names() if name.startswith("user_rec"))


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


def test_a_rollback_returns_to_the_generation_before(store, database):
    first, second = published(store), published(store)

    assert store.roll_back("lists look odd") == (second, first)

    left, reached = (database.generations.find_one({"_id": generation}) for generation in (second, first))
    assert in_force(database) == first
    assert (left["state"], left["why"]) == ("retired", f"rolled back to {first}: lists look odd")
    assert reached["state"] == "published"
    assert [(event["from"], event["why"]) for event in reached["returned_to"]] == [(second, "lists look odd")]
    assert second in generations_with_lists(database)


def test_rolling_back_twice_goes_further_back_and_never_forth(store):
    first, second, third = published(store), published(store), published(store)

    assert store.roll_back() == (third, second)
    assert store.roll_back() == (second, first)
    with pytest.raises(NoGeneration, match="nothing to return to"):
        store.roll_back()


def test_a_rollback_skips_what_was_refused(store):
    first = published(store)
    with pytest.raises(GenerationRefused):
        store.publish(written(store), {}, [FAILED])
    last = published(store)

    assert store.roll_back() == (last, first)


def test_after_a_rollback_and_a_publication_a_rollback_does_not_return_to_what_was_left(store, database):
    first, second = published(store), published(store)
    store.roll_back()
    third = published(store)

    assert store.roll_back() == (third, first)
    assert state(database, second) == "retired"


def test_the_lists_of_a_generation_that_was_rolled_back_go_with_the_next_publication(store, database):
    first, _ = published(store), published(store)
    store.roll_back()

    third = published(store)

    assert generations_with_lists(database) == [first, third]


def test_a_rollback_before_the_first_publication_is_said_in_words(store):
    with pytest.raises(NoGeneration, match="no generation is published in database `test_"):
        store.roll_back()


def test_a_server_that_does_not_answer_is_named_without_its_password(monkeypatch):
    monkeypatch.setattr("infra.stores.mongodb.PATIENCE_MS", 200)

    with pytest.raises(ServerUnreachable, match=r"mongodb://127\.0\.0\.1:9/") as error:
        GenerationStore("mongodb://writer:sesame@127.0.0.1:9/", "marquee")

    assert "sesame" not in str(error.value)


def held(store, night=NIGHT):
    generation = written(store, night)
    with pytest.raises(GenerationRefused, match=r"personal lift: 0\.01 instead of at least 0\.3"):
        store.publish(generation, {}, [PASSED], [ODD])
    return generation


def test_a_generation_held_by_a_comparison_is_taken_up_again_and_can_be_accepted(store, database):
    generation = held(store)
    assert (state(database, generation), in_force(database)) == ("refused", None)

    assert written(store) == generation
    store.publish(generation, {}, [PASSED], [ODD], accept="it is meant")

    record = database.generations.find_one({"_id": generation})
    assert (record["state"], in_force(database)) == ("published", generation)
    assert record["accepted"]["why"] == "it is meant"
    assert record["accepted"]["checks"] == ["user_recommendations: personal lift"]
    assert record["is_held"] is False


def test_a_held_generation_is_not_taken_up_with_other_inputs_nor_after_another_began(store, database):
    generation = held(store)

    other = written(store, snapshot="second")

    assert other > generation
    assert written(store) > other
    assert state(database, generation) == "refused"


def test_a_refused_generation_is_not_taken_up(store):
    generation = written(store)
    with pytest.raises(GenerationRefused, match="unknown movies: 7 instead of 0"):
        store.publish(generation, {}, [FAILED], [ODD], accept="it is meant")

    assert written(store) > generation
