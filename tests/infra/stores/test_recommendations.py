"""What the API knows of generations, read from a real MongoDB."""

import asyncio
import gc
from datetime import timedelta

import pymongo
import pytest

from infra.errors import ServerUnreachable
from infra.stores.generation_layout import Content
from infra.stores.guard import N_FAILURES
from infra.stores.ranked_movies import ModelVersion, Movie, RankedMovies
from infra.stores.recommendations import RecommendationStore
from tests.infra.stores.reading import overwrite, own_list, reading
from tests.publication import HEAT, NIGHT, POPULAR, publish

NOBODY_LISTENS = "mongodb://127.0.0.1:9/"


def test_a_list_comes_with_the_generation_it_is_of(mongodb):
    published = publish(mongodb, users={7: [6, 541]})

    async def scenario():
        async with reading(mongodb) as store:
            generation, own = await own_list(store, 7)
            assert generation.id == published == "2026-11-20T003105Z"
            assert generation.generated_at == NIGHT
            assert own == RankedMovies([6, 541], [1.0, 0.5], {"als": 2})

    asyncio.run(scenario())


def test_the_catalogue_and_the_popular_lists_are_in_memory(mongodb):
    publish(mongodb, users={})

    async def scenario():
        async with reading(mongodb) as store:
            assert store.generation.movies[6] == Movie(6, "Heat", 1995, HEAT["genres"], "tt0000001", None)
            assert {scope: ranked.movie_ids for scope, ranked in store.generation.popular.items()} == POPULAR

    asyncio.run(scenario())


def test_a_user_without_a_list_is_told_apart_from_mongodb_being_away(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            generation, own = await own_list(store, 8)
            assert generation is store.generation
            assert own is None

    asyncio.run(scenario())


def test_lists_of_users_and_of_movies_do_not_mix(mongodb):
    publish(mongodb, users={6: [541]}, similar={6: [1214]})

    async def scenario():
        async with reading(mongodb) as store:
            _, own = await own_list(store, 6)
            _, similar = await store.lists(Content.MOVIE_LISTS, [6])
            assert (own.movie_ids, similar[6].movie_ids) == ([541], [1214])

    asyncio.run(scenario())


def test_lists_of_many_come_together_whether_they_exist_or_not(mongodb):
    published = publish(mongodb, users={7: [6], 8: [541]})

    async def scenario():
        async with reading(mongodb) as store:
            generation, lists = await store.lists(Content.USER_LISTS, [8, 9, 7])
            assert generation.id == published
            assert {user_id: own and own.movie_ids for user_id, own in lists.items()} == {7: [6], 8: [541], 9: None}

    asyncio.run(scenario())


def test_without_mongodb_only_the_first_reads_wait():
    async def scenario():
        store = RecommendationStore(NOBODY_LISTENS, "marquee", timeout_ms=10)
        await store.refresh()
        assert not store.is_reachable
        for _ in range(N_FAILURES):
            with pytest.raises(ServerUnreachable, match="MongoDB does not answer"):
                await store.recent_interactions([7])
        with pytest.raises(ServerUnreachable, match="MongoDB did not answer a moment ago"):
            await store.recent_interactions([7])
        await store.close()

    asyncio.run(scenario())


def test_one_failed_read_is_no_outage(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            with pymongo.timeout(1e-6), pytest.raises(ServerUnreachable):
                await own_list(store, 7)
            assert store.is_reachable
            assert (await own_list(store, 7))[1].movie_ids == [6]

    asyncio.run(scenario())


def test_a_list_written_after_its_generation_keeps_its_own_time_source_and_model(mongodb):
    generation = publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            later = NIGHT + timedelta(hours=9)
            written = {"generated_at": later, "source": "als", "model": {"name": "als", "version": 3}}
            overwrite(mongodb, Content.USER_LISTS.of(generation), 7, written)
            _, own = await own_list(store, 7)
            assert own == RankedMovies([6], [1.0], {"als": 1}, later, "als", ModelVersion("als", 3))

    asyncio.run(scenario())


def test_a_generation_is_not_looked_through_for_garbage(mongodb):
    publish(mongodb, users={})

    async def scenario():
        async with reading(mongodb) as store:
            assert not any(each is store.generation.movies for each in gc.get_objects())

    asyncio.run(scenario())
