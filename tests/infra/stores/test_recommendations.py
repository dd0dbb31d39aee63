"""What the API knows of generations, read from a real MongoDB."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pymongo
import pytest
from pymongo import MongoClient

from infra.errors import ServerUnreachable
from infra.stores.generations import GenerationStore
from infra.stores.recommendations import Movie, RankedMovies, RecommendationStore
from tests.publication import HEAT, NIGHT, POPULAR, publish

NOBODY_LISTENS = "mongodb://127.0.0.1:9/"


@asynccontextmanager
async def reading(mongodb):
    store = RecommendationStore(mongodb.address, mongodb.database, timeout_ms=2_000)
    await store.refresh()
    yield store
    await store.close()


def test_a_list_comes_with_the_generation_it_is_of(mongodb):
    published = publish(mongodb, users={7: [6, 541]})

    async def scenario():
        async with reading(mongodb) as store:
            generation, own = await store.user_list(7)
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
            generation, own = await store.user_list(8)
            assert generation is store.generation
            assert own is None

    asyncio.run(scenario())


def test_lists_of_users_and_of_movies_do_not_mix(mongodb):
    publish(mongodb, users={6: [541]}, similar={6: [1214]})

    async def scenario():
        async with reading(mongodb) as store:
            _, own = await store.user_list(6)
            _, similar = await store.movie_list(6)
            assert (own.movie_ids, similar.movie_ids) == ([541], [1214])

    asyncio.run(scenario())


def test_a_new_generation_is_followed_after_a_refresh(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            newer = publish(mongodb, users={7: [541]})
            assert (await store.user_list(7))[1].movie_ids == [6]
            await store.refresh()
            generation, own = await store.user_list(7)
            assert (generation.id, own.movie_ids) == (newer, [541])

    asyncio.run(scenario())


def test_a_rollback_is_followed_after_a_refresh(mongodb):
    first = publish(mongodb, users={7: [6]})
    publish(mongodb, users={7: [541]})

    async def scenario():
        async with reading(mongodb) as store:
            with GenerationStore(mongodb.address, mongodb.database) as writer:
                writer.roll_back()
            await store.refresh()
            generation, own = await store.user_list(7)
            assert (generation.id, own.movie_ids) == (first, [6])

    asyncio.run(scenario())


def test_a_read_from_a_generation_dropped_meanwhile_is_made_again_from_the_one_in_force(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            for _ in range(3):
                newest = publish(mongodb, users={7: [541]})
            generation, own = await store.user_list(7)
            assert (generation.id, own.movie_ids) == (newest, [541])

    asyncio.run(scenario())


def test_under_constant_publication_a_reader_always_finds_its_user(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            publishing = asyncio.create_task(asyncio.to_thread(publish_often))
            n_reads = 0
            while not publishing.done():
                _, own = await store.user_list(7)
                assert own == RankedMovies([6], [1.0], {"als": 1})
                n_reads += 1
            await publishing
            assert n_reads > 100

    def publish_often():
        for night in range(20):
            publish(mongodb, users={7: [6]}, began_at=NIGHT + timedelta(days=night))

    asyncio.run(scenario())


def test_before_the_first_publication_there_is_an_empty_generation(mongodb):
    async def scenario():
        async with reading(mongodb) as store:
            generation, own = await store.user_list(7)
            assert store.is_reachable
            assert (generation.id, generation.movies, own) == (None, {}, None)

    asyncio.run(scenario())


def test_without_mongodb_a_read_says_so_at_once():
    async def scenario():
        store = RecommendationStore(NOBODY_LISTENS, "marquee", timeout_ms=100)
        await store.refresh()
        assert not store.is_reachable
        async with asyncio.timeout(0.05):
            with pytest.raises(ServerUnreachable):
                await store.user_list(7)
        await store.close()

    asyncio.run(scenario())


def test_the_generation_in_memory_stays_when_the_database_is_emptied(mongodb):
    published = publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            with MongoClient(mongodb.address) as client:
                client.drop_database(mongodb.database)
            await store.refresh()
            assert store.generation.id == published

    asyncio.run(scenario())


def test_one_failed_read_is_forgotten_long_before_the_next_refresh(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            following = asyncio.create_task(store.follow(every_seconds=3_600))
            with pymongo.timeout(1e-6), pytest.raises(ServerUnreachable):
                await store.user_list(7)
            assert not store.is_reachable
            async with asyncio.timeout(10):
                while not store.is_reachable:
                    await asyncio.sleep(0.01)
            assert (await store.user_list(7))[1].movie_ids == [6]
            following.cancel()

    asyncio.run(scenario())
