"""What a real MongoDB holds and makes no sense is told from what does."""

import asyncio

import pytest

from infra.stores.generation_layout import POINTER, SERVING_STATE, Content
from tests.infra.stores.reading import overwrite, own_list, reading
from tests.publication import publish


@pytest.mark.parametrize(
    "garbage",
    [
        {"movie_ids": "garbage"},
        {"movie_ids": [6, None]},
        {"movie_ids": [6, 541, 1]},  # with one score
        {"scores": [float("nan")]},
        {"scores": {"6": 1.0}},
        {"sources": [["als", 1]]},
        {"sources": {"als": "many"}},
        {"generated_at": "yesterday"},
    ],
)
def test_a_list_that_makes_no_sense_is_none(mongodb, garbage):
    generation = publish(mongodb, users={7: [6], 8: [541]})
    overwrite(mongodb, Content.USER_LISTS.of(generation), 7, garbage)

    async def scenario():
        async with reading(mongodb) as store:
            assert (await own_list(store, 7))[1] is None
            assert (await own_list(store, 8))[1].movie_ids == [541]

    asyncio.run(scenario())


def test_movies_and_popular_lists_that_make_no_sense_cost_only_themselves(mongodb):
    generation = publish(mongodb, users={})
    overwrite(mongodb, Content.CATALOGUE.of(generation), 6, {"genres": 7})
    overwrite(mongodb, Content.POPULAR_LISTS.of(generation), "Sci-Fi", {"scores": None})

    async def scenario():
        async with reading(mongodb) as store:
            assert sorted(store.generation.movies) == [1, 541, 999, 1214]
            assert sorted(store.generation.popular) == ["Comedy", "Crime", "all"]

    asyncio.run(scenario())


@pytest.mark.parametrize("garbage", ["no generation", 5, None])
def test_a_pointer_that_makes_no_sense_leaves_what_is_in_memory(mongodb, garbage):
    published = publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            overwrite(mongodb, SERVING_STATE, POINTER, {"generation": garbage})
            await store.refresh()
            assert not store.is_reachable
            assert (await own_list(store, 7))[0].id == published
            assert (await own_list(store, 8))[1] is None

    asyncio.run(scenario())
