"""What the API knows of generations, read from a real MongoDB."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pymongo
import pytest
from pymongo import MongoClient

from infra.errors import ServerUnreachable
from infra.stores.generation_layout import CHAMPION, POINTER, SERVING_STATE, Content
from infra.stores.generations import GenerationStore
from infra.stores.guard import N_FAILURES
from infra.stores.ranked_movies import ModelVersion, Movie, RankedMovies
from infra.stores.recommendations import RecommendationStore
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


def test_the_generation_in_memory_stays_when_the_database_is_emptied(mongodb):
    published = publish(mongodb, users={7: [6]})

    async def scenario():
        async with reading(mongodb) as store:
            with MongoClient(mongodb.address) as client:
                client.drop_database(mongodb.database)
            await store.refresh()
            assert store.generation.id == published

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


async def own_list(store, user_id):
    generation, lists = await store.lists(Content.USER_LISTS, [user_id])
    return generation, lists[user_id]


def overwrite(mongodb, collection, key, fields):
    with MongoClient(mongodb.address) as client:
        result = client[mongodb.database][collection].update_one({"_id": key}, {"$set": fields})
        assert result.matched_count == 1
