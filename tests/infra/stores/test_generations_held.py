"""Generations that the gate holds, and what becomes of them, in a real MongoDB."""

import pytest

from infra.errors import GenerationRefused
from infra.stores.manifest import Check
from tests.infra.stores.written_generations import FAILED, NIGHT, PASSED, in_force, state, written

ODD = Check("user_recommendations", "personal lift", 0.01, "at least 0.3", passed=False)


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
