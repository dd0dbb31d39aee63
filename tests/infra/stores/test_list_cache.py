import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.exceptions import RedisError

from infra.errors import ServerUnreachable
from infra.stores.generation_layout import Content
from infra.stores.guard import Guard
from infra.stores.list_cache import (
    ABSENCE_SECONDS,
    FRESH,
    LIST_SECONDS,
    UPDATES,
    CachedInteractions,
    CachedList,
    CachedUser,
    ListCache,
)
from infra.stores.ranked_movies import ModelVersion, RankedMovies
from infra.stores.recent_interactions import Interaction
from infra.stores.redis import connect
from infra.stores.user_layout import Kind
from tests.publication import NIGHT

GENERATION, NEWER = "2026-11-20T003105Z", "2026-11-21T003105Z"
OWN = RankedMovies([6, 541], [1.5, 0.25], {"als": 2}, NIGHT, "als", ModelVersion("als", 3))
DONE = (Interaction(Kind.RATING, 1, NIGHT, 4.5), Interaction(Kind.HIDE, 6, NIGHT))
NOBODY_LISTENS = "redis://127.0.0.1:9/0"


@asynccontextmanager
async def caching(address):
    client = connect(address)
    yield ListCache(client, Guard("Redis", 2_000, RedisError)), client
    await client.aclose()


async def read_list(cache, content):
    lists = await cache.read_lists(GENERATION, content, [7])
    return lists[7]


def run(redis, scenario):
    async def within():
        async with caching(redis.address) as (cache, client):
            await scenario(cache, client)

    asyncio.run(within())


def test_a_list_comes_back_as_it_was_kept(redis):
    async def scenario(cache, client):
        assert await read_list(cache, Content.MOVIE_LISTS) is None
        await cache.keep_lists(GENERATION, Content.MOVIE_LISTS, {7: OWN})
        assert await read_list(cache, Content.MOVIE_LISTS) == CachedList(OWN)

    run(redis, scenario)


def test_what_is_known_of_many_users_comes_together(redis):
    async def scenario(cache, client):
        await cache.keep_lists(GENERATION, Content.USER_LISTS, {7: OWN, 8: None})
        await cache.keep_interactions({8: DONE, 9: ()}, read_at=NIGHT)
        await cache.note_interaction(8)
        assert await cache.read_users(GENERATION, [9, 8, 7, 6], NIGHT) == {
            9: CachedUser(None, CachedInteractions((), NIGHT), True),
            8: CachedUser(CachedList(None), CachedInteractions(DONE, NIGHT), False),
            7: CachedUser(CachedList(OWN), None, False),
            6: CachedUser(None, None, False),
        }

    run(redis, scenario)


def test_that_there_is_no_list_is_known_too(redis):
    async def scenario(cache, client):
        await cache.keep_lists(GENERATION, Content.MOVIE_LISTS, {7: None})
        assert await read_list(cache, Content.MOVIE_LISTS) == CachedList(None)

    run(redis, scenario)


def test_another_generation_other_lists_and_other_ids_are_other_keys(redis):
    async def scenario(cache, client):
        await cache.keep_lists(GENERATION, Content.USER_LISTS, {7: OWN})
        assert await read_list(cache, Content.USER_LISTS) == CachedList(OWN)
        assert await cache.read_lists(NEWER, Content.USER_LISTS, [7]) == {7: None}
        assert await cache.read_lists(GENERATION, Content.USER_LISTS, [8]) == {8: None}
        assert await read_list(cache, Content.MOVIE_LISTS) is None

    run(redis, scenario)


@pytest.mark.parametrize(("ranked", "seconds"), [(OWN, LIST_SECONDS), (None, ABSENCE_SECONDS)])
def test_every_list_expires_and_absence_soon(redis, ranked, seconds):
    async def scenario(cache, client):
        await cache.keep_lists(GENERATION, Content.USER_LISTS, {7: ranked})
        [key] = await client.keys("*")
        assert seconds - 2 <= await client.ttl(key) <= seconds

    run(redis, scenario)


def test_interactions_are_fresh_for_a_few_seconds_and_known_for_longer(redis):
    async def scenario(cache, client):
        await cache.keep_interactions({7: DONE}, read_at=NIGHT)
        known = CachedInteractions(DONE, NIGHT)
        assert await cache.read_users(GENERATION, [7], NIGHT) == {7: CachedUser(None, known, True)}
        assert await cache.read_users(GENERATION, [7], NIGHT + FRESH) == {7: CachedUser(None, known, False)}

    run(redis, scenario)


def test_after_an_interaction_what_was_read_before_is_not_fresh_however_late_it_is_kept(redis):
    async def scenario(cache, client):
        await cache.note_interaction(7)
        await cache.keep_interactions({7: ()}, read_at=NIGHT)
        assert await cache.read_users(GENERATION, [7], NIGHT) == {
            7: CachedUser(None, CachedInteractions((), NIGHT), False)
        }
        [mark] = await client.keys("changed:*")
        assert 0 < await client.ttl(mark) <= FRESH / timedelta(seconds=1)

    run(redis, scenario)


@pytest.mark.parametrize("garbage", ["garbage", "{}", '{"movie_ids": [1], "scores": []}', "[", '"x"'])
def test_what_makes_no_sense_counts_as_unknown(redis, garbage):
    async def scenario(cache, client):
        await cache.keep_lists(GENERATION, Content.USER_LISTS, {7: OWN})
        await cache.keep_interactions({7: DONE}, NIGHT)
        for key in await client.keys("*"):
            await client.set(key, garbage)
        assert await cache.read_users(GENERATION, [7], NIGHT) == {7: CachedUser(None, None, False)}

    run(redis, scenario)


def test_without_redis_it_says_so():
    async def scenario():
        async with caching(NOBODY_LISTENS) as (cache, _):
            with pytest.raises(ServerUnreachable, match="Redis does not answer"):
                await read_list(cache, Content.USER_LISTS)

    asyncio.run(scenario())


def test_what_was_read_before_a_list_was_renewed_does_not_replace_it(redis):
    async def scenario(cache, client):
        await cache.renew_lists(GENERATION, {7: OWN})
        await cache.keep_lists(GENERATION, Content.USER_LISTS, {7: RankedMovies([1], [0.5])})
        assert await read_list(cache, Content.USER_LISTS) == CachedList(OWN)

    run(redis, scenario)


def test_of_two_new_lists_the_one_made_later_is_kept_and_announced(redis):
    async def scenario(cache, client):
        earlier = replace(OWN, movie_ids=[1, 2], generated_at=NIGHT - timedelta(seconds=1))
        await cache.renew_lists(GENERATION, {7: OWN})
        await cache.renew_lists(GENERATION, {7: earlier})
        assert await read_list(cache, Content.USER_LISTS) == CachedList(OWN)
        assert await client.xlen(UPDATES) == 1

    run(redis, scenario)
