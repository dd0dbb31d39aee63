import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

from pymongo import MongoClient
from redis.exceptions import RedisError

from infra.stores.generation_layout import Content
from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.recommendations import RecommendationStore
from infra.stores.redis import connect
from serving.lookup import Lookup
from tests.publication import NIGHT, publish
from tests.serving.scenarios import play

NOBODY_LISTENS = "redis://127.0.0.1:9/0"
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def looking(mongodb, redis_address):
    store = RecommendationStore(mongodb.address, mongodb.database, timeout_ms=2_000)
    client = connect(redis_address)
    cache = ListCache(client, Guard("Redis", 2_000, RedisError))
    await store.refresh()
    lookup = Lookup(store, cache)
    yield lookup, cache
    await lookup.close()
    await store.close()
    await client.aclose()


@asynccontextmanager
async def counted_reads(mongodb):
    """Have MongoDB note every read of the lists of users, and yield a way to count them."""
    with MongoClient(mongodb.address) as client:
        database = client[mongodb.database]
        database.command("profile", 2)
        lists = {"op": "query", "ns": {"$regex": Content.USER_LISTS}}
        yield lambda: database["system.profile"].count_documents(lists)
        database.command("profile", 0)


def test_requests_for_one_missing_key_make_one_read(mongodb, redis):
    publish(mongodb, users={7: [6, 541]})

    async def scenario():
        async with looking(mongodb, redis.address) as (lookup, _), counted_reads(mongodb) as n_reads:
            found = await asyncio.gather(*(lookup.user(7, NIGHT) for _ in range(100)))
            assert {tuple(each.ranked.movie_ids) for each in found} == {(6, 541)}
            assert n_reads() == 1
            await lookup.user(7, NIGHT)
            assert n_reads() == 1

    play(scenario)


def test_that_a_user_has_no_list_is_read_once_too(mongodb, redis):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with looking(mongodb, redis.address) as (lookup, _), counted_reads(mongodb) as n_reads:
            for _ in range(3):
                found = await lookup.user(8, NIGHT)
                assert (found.ranked, found.is_known) == (None, True)
            assert n_reads() == 1

    play(scenario)


def test_without_redis_lists_come_from_mongodb(mongodb):
    publish(mongodb, users={7: [6]}, similar={6: [541]})

    async def scenario():
        async with looking(mongodb, NOBODY_LISTENS) as (lookup, _):
            for _ in range(20):
                assert (await lookup.user(7, NIGHT)).ranked.movie_ids == [6]
                assert (await lookup.movie(6)).ranked.movie_ids == [541]

    play(scenario)


def test_one_who_gives_up_does_not_call_off_the_read_of_the_others(mongodb, redis):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with looking(mongodb, redis.address) as (lookup, _):
            impatient = asyncio.create_task(lookup.user(7, NIGHT))
            patient = asyncio.create_task(lookup.user(7, NIGHT))
            await asyncio.sleep(0)
            impatient.cancel()
            assert (await patient).ranked.movie_ids == [6]

    play(scenario)


def test_what_a_user_does_is_seen_at_once_when_the_writer_says_so(mongodb, redis):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with looking(mongodb, redis.address) as (lookup, cache):
            assert (await lookup.user(7, NIGHT)).interactions == ()
            watch(mongodb, 541)
            await cache.note_interaction(7)
            assert [each.movie_id for each in (await lookup.user(7, NIGHT)).interactions] == [541]

    play(scenario)


def test_what_a_user_did_is_read_again_soon_when_the_writer_could_not_say_so(mongodb, redis):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with looking(mongodb, redis.address) as (lookup, _):
            await lookup.user(7, NIGHT)
            watch(mongodb, 541)
            assert (await lookup.user(7, NIGHT)).interactions == ()
            assert len((await lookup.user(7, NIGHT + MINUTE)).interactions) == 1

    play(scenario)


def test_a_flip_is_followed_although_the_old_list_is_cached(mongodb, redis):
    publish(mongodb, users={7: [6]})

    async def scenario():
        async with looking(mongodb, redis.address) as (lookup, _):
            assert (await lookup.user(7, NIGHT)).ranked.movie_ids == [6]
            publish(mongodb, users={7: [541]})
            await lookup.store.refresh()
            assert (await lookup.user(7, NIGHT)).ranked.movie_ids == [541]

    play(scenario)


def watch(mongodb, movie_id):
    with MongoClient(mongodb.address) as client:
        seen = {"user_id": 7, "movie_id": movie_id, "watched_at": NIGHT}
        client[mongodb.database]["watched_movies"].insert_one(seen)
