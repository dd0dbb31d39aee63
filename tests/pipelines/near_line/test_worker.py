"""What a worker makes of what users did, with a real MongoDB and a real Redis."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError

from infra.stores.generation_layout import Content
from infra.stores.guard import Guard
from infra.stores.interactions import Action
from infra.stores.list_cache import UPDATES, ListCache
from infra.stores.redis import connect
from infra.stores.user_layout import Kind
from tests.pipelines.near_line.renewing import ask, request, until
from tests.pipelines.near_line.working import DRAMAS, NIGHT, POPULAR, SCIENCE_FICTION, USER, publish, working


def test_a_newcomer_who_rates_five_science_fiction_movies_gets_a_list_of_their_own(mongodb, redis, renewing):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(*SCIENCE_FICTION[:5])
            await until(world.all_is_done)
        told = await world.list_of()
        assert told["movie_ids"][:10] != POPULAR[:10]
        assert set(told["movie_ids"][:10]) <= set(SCIENCE_FICTION[5:])
        assert told["model"] == {"name": "als", "version": 1}
        assert sum(told["sources"].values()) == len(told["movie_ids"]) == len(told["scores"]) == 35

    renewing(scenario)


def test_what_was_rated_watched_or_hidden_is_left_out(mongodb, redis, renewing):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100)
            await world.do(Kind.WATCH, 101)
            await world.do(Kind.HIDE, 102, 200)
            await until(world.all_is_done)
        movies = await world.movies_of()
        assert not {100, 101, 102, 200} & set(movies)
        assert len(set(movies)) == 36

    renewing(scenario)


def test_what_was_undone_comes_back(mongodb, redis, renewing):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100, 101)
            await world.people.interactions.do(
                Action(world.people.user_id, Kind.RATING, 101, datetime.now(UTC), content=None)
            )
            await world.people.outbox.move()
            await until(world.all_is_done)
        assert 101 in await world.movies_of()

    renewing(scenario)


def test_a_user_of_the_dataset_gets_a_new_list_from_the_snapshot_when_one_is_asked_for(mongodb, redis, renewing):
    async def scenario(world):
        before = await world.list_of(USER)
        async with working(mongodb, redis):
            await ask(world.people, request())
            await until(world.all_is_done)
        after = await world.list_of(USER)
        rated = {movie for movie in DRAMAS if (movie + USER) % 5}
        assert "generated_at" not in before
        assert after["generated_at"] > NIGHT
        assert set(after["movie_ids"][:4]) == set(DRAMAS) - rated

    renewing(scenario)


def test_redis_is_renewed_and_the_new_list_announced(mongodb, redis, renewing):
    async def scenario(world):
        user_id = world.people.user_id
        async with working(mongodb, redis), connect(redis.address) as client:
            cache = ListCache(client, Guard("Redis", 5_000, RedisError))
            await cache.keep_lists(world.generation, Content.USER_LISTS, {user_id: None})
            await world.rate(100)
            await until(world.all_is_done)
            kept = await cache.read_lists(world.generation, Content.USER_LISTS, [user_id])
        assert kept[user_id].ranked.movie_ids == await world.movies_of()
        ((_, fields),) = await world.people.redis.xrevrange(UPDATES, count=1)
        told = json.loads(fields["event"])
        assert (told["user_id"], told["generation"]) == (user_id, world.generation)
        assert datetime.fromisoformat(told["generated_at"]) == (await world.list_of())["generated_at"]

    renewing(scenario)


def test_a_bookmark_changes_no_list(mongodb, redis, renewing):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.do(Kind.BOOKMARK, 100)
            await until(world.all_is_done)
        assert await world.list_of() is None

    renewing(scenario)


def test_lists_go_into_the_generation_that_is_in_force_when_they_are_there(mongodb, redis, renewing):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100)
            await until(world.all_is_done)
            world.generation = await asyncio.to_thread(publish, mongodb, NIGHT + timedelta(days=1))
            await world.rate(101)
            await until(world.all_is_done)
        assert not {100, 101} & set(await world.movies_of())
        assert await world.list_of()

    renewing(scenario)
