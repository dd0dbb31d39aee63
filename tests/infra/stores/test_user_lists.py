import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from redis.exceptions import RedisError

from infra.stores.generation_layout import Content
from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.ranked_movies import ModelVersion, RankedMovies
from infra.stores.user_lists import UserLists
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT, publish

USER, OTHER = 7, 8
MORNING, NOON = NIGHT + timedelta(hours=8), NIGHT + timedelta(hours=12)


@asynccontextmanager
async def opened(mongodb, redis):
    """The lists, the generation they are of, and its collection."""
    generation = publish(mongodb, {USER: [6, 541]})
    async with peopled(mongodb, redis) as people:
        cache = ListCache(people.redis, Guard("Redis", 5_000, RedisError))
        collection = people.database[Content.USER_LISTS.of(generation)]
        yield UserLists(people.database, cache, people.events), generation, collection


@pytest.fixture
def run(mongodb, redis):
    def run(scenario):
        async def within():
            async with opened(mongodb, redis) as (lists, generation, collection):
                await scenario(lists, generation, collection)

        asyncio.run(within())

    return run


def made_at(moment, *movie_ids):
    return RankedMovies(list(movie_ids), [1.0] * len(movie_ids), {"als": 1}, moment, model=ModelVersion("als", 3))


async def movies_of(collection, user_id=USER):
    return (await collection.find_one({"_id": user_id}))["movie_ids"]


def test_a_list_replaces_that_of_the_night(run):
    async def scenario(lists, generation, collection):
        await lists.write(generation, {USER: made_at(MORNING, 1214), OTHER: made_at(MORNING, 1)})
        assert await movies_of(collection) == [1214]
        assert await movies_of(collection, OTHER) == [1]

    run(scenario)


def test_a_list_never_replaces_one_that_was_made_later(run):
    async def scenario(lists, generation, collection):
        await lists.write(generation, {USER: made_at(NOON, 1)})
        await lists.write(generation, {USER: made_at(MORNING, 541), OTHER: made_at(MORNING, 541)})
        assert await movies_of(collection) == [1]
        assert await movies_of(collection, OTHER) == [541]

    run(scenario)


def test_of_many_first_lists_of_a_user_written_at_once_the_latest_stays(run):
    async def scenario(lists, generation, collection):
        moments = [MORNING + timedelta(seconds=n) for n in range(20)]
        await asyncio.gather(
            *(lists.write(generation, {OTHER: made_at(moment, n)}) for n, moment in enumerate(moments))
        )
        assert await movies_of(collection, OTHER) == [19]
        assert await collection.count_documents({}) == 2

    run(scenario)


def test_of_those_who_are_gone_no_list_stays_whichever_generation_it_was_written_into(run, mongodb):
    async def scenario(lists, generation, collection):
        newer = await asyncio.to_thread(publish, mongodb, {USER: [6], OTHER: [6]}, began_at=MORNING)
        await collection.database["deleted_users"].insert_one({"_id": OTHER})
        await lists.write(generation, {USER: made_at(NOON, 1), OTHER: made_at(NOON, 1)})
        await lists.remove_deleted([USER, OTHER])
        for kept in (collection, collection.database[Content.USER_LISTS.of(newer)]):
            assert [document["_id"] async for document in kept.find()] == [USER]

    run(scenario)


def test_lists_are_as_old_as_they_say_or_as_their_generation(run):
    async def scenario(lists, generation, collection):
        await lists.write(generation, {OTHER: made_at(NOON, 1)})
        assert await lists.older_than(NIGHT) == []
        assert await lists.older_than(MORNING) == [USER]
        assert sorted(await lists.older_than(NOON + timedelta(seconds=1))) == [USER, OTHER]

    run(scenario)
