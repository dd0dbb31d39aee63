"""Going back to a generation of before, in a real MongoDB."""

import pytest

from infra.errors import GenerationRefused, NoGeneration
from tests.infra.stores.written_generations import FAILED, generations_with_lists, in_force, published, state, written


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
