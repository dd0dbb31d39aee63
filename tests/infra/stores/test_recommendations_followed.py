"""Whatever becomes of generations, readers have one that is whole."""

import asyncio
from datetime import timedelta

from pymongo import MongoClient

from infra.stores.generation_layout import CHAMPION, SERVING_STATE
from infra.stores.generations import GenerationStore
from infra.stores.ranked_movies import ModelVersion, RankedMovies
from tests.infra.stores.reading import own_list, reading
from tests.publication import NIGHT, publish


def test_a_new_generation_is_followed_after_a_refresh(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            newer = publish(mongodb, users={7: [541]})
            assert (await own_list(store, 7))[1].movie_ids == [6]
            await store.refresh()
            generation, own = await own_list(store, 7)
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
            generation, own = await own_list(store, 7)
            assert (generation.id, own.movie_ids) == (first, [6])

    asyncio.run(scenario())


def test_a_read_from_a_generation_dropped_meanwhile_is_made_again_from_the_one_in_force(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            for _ in range(3):
                newest = publish(mongodb, users={7: [541]})
            generation, own = await own_list(store, 7)
            assert (generation.id, own.movie_ids) == (newest, [541])

    asyncio.run(scenario())


def test_under_constant_publication_a_reader_always_finds_its_user(mongodb):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            publishing = asyncio.create_task(asyncio.to_thread(publish_often))
            n_reads = 0
            while not publishing.done():
                _, own = await own_list(store, 7)
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
            generation, own = await own_list(store, 7)
            assert store.is_reachable
            assert (generation.id, generation.movies, own) == (None, {}, None)

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


def test_the_models_of_a_generation_and_the_champions_of_now_are_known(mongodb):
    publish(mongodb, users={7: [6]}, source="als")

    async def scenario():
        async with reading(mongodb) as store:
            assert store.generation.models == {"recommender": ModelVersion("als", 1)}
            assert store.champions == {}
            with MongoClient(mongodb.address) as client:
                models = {"recommender": {"name": "ials", "version": 2}, "similar_movies": None}
                client[mongodb.database][SERVING_STATE].insert_one({"_id": CHAMPION, "models": models})
            await store.refresh()
            assert store.champions == {"recommender": ModelVersion("ials", 2)}

    asyncio.run(scenario())
