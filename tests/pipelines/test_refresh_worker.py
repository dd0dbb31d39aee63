"""From what a user did to their list, with a real MongoDB, a real Redis and real workers."""

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from redis.exceptions import RedisError

from infra.errors import ModelRefused
from infra.stores.dead_letters import dead_letters, replay
from infra.stores.generation_layout import CHAMPION, SERVING_STATE, Content
from infra.stores.guard import Guard
from infra.stores.interactions import Action
from infra.stores.list_cache import UPDATES, ListCache
from infra.stores.model_updates import STREAM as MODEL_UPDATED
from infra.stores.model_updates import announce
from infra.stores.promotions import PromotionLog
from infra.stores.recommendation_requests import RecommendationRequests, Request
from infra.stores.redis import connect
from infra.stores.streams import MOST_TRIES, Event
from infra.stores.user_layout import Kind
from infra.stores.user_lists import UserLists
from pipelines.near_line.champion import Champions
from pipelines.near_line.worker import GROUP, STREAMS, Worker
from tests.infra.stores.peopled import peopled
from tests.pipelines.near_line.working import (
    DRAMAS,
    MOMENTS,
    NIGHT,
    POPULAR,
    SCIENCE_FICTION,
    USER,
    champion,
    publish,
    working,
)

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 30


class World:
    """People, a generation, and what became of their lists."""

    def __init__(self, people, generation):
        self.people = people
        self.generation = generation

    @property
    def lists(self):
        return self.people.database[Content.USER_LISTS.of(self.generation)]

    async def do(self, kind, *movie_ids, user_id=None, **content):
        for movie_id in movie_ids:
            await self.people.interactions.do(
                Action(user_id or self.people.user_id, kind, movie_id, datetime.now(UTC), content)
            )
        while await self.people.outbox.move():
            pass

    async def rate(self, *movie_ids, rating=5.0, user_id=None):
        await self.do(Kind.RATING, *movie_ids, user_id=user_id, rating=rating)

    async def list_of(self, user_id=None):
        return await self.lists.find_one({"_id": user_id or self.people.user_id})

    async def movies_of(self, user_id=None):
        return ((await self.list_of(user_id)) or {}).get("movie_ids", [])

    async def all_is_done(self):
        """Tell whether every event was taken and is done."""
        for stream in STREAMS:
            if not await self.people.redis.exists(stream):
                continue
            (group,) = await self.people.redis.xinfo_groups(stream) or [None]
            (newest, _), *_ = await self.people.redis.xrevrange(stream, count=1) or [("0-0", None)]
            if group is None or group["pending"] or newest not in ("0-0", group["last-delivered-id"]):
                return False
        return True


@asynccontextmanager
async def world_of(mongodb, redis):
    generation = publish(mongodb)
    async with peopled(mongodb, redis) as people:
        yield World(people, generation)


@pytest.fixture
def run(mongodb, redis):
    def run(scenario):
        async def within():
            async with world_of(mongodb, redis) as world:
                await scenario(world)

        asyncio.run(within())

    return run


async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.02)


def start_worker(mongodb, redis, moment=""):
    command = [sys.executable, "-m", "tests.pipelines.near_line.working", mongodb.address, mongodb.database]
    return subprocess.Popen([*command, str(redis.port), *([moment] if moment else [])], cwd=ROOT)


def test_a_newcomer_who_rates_five_science_fiction_movies_gets_a_list_of_their_own(mongodb, redis, run):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(*SCIENCE_FICTION[:5])
            await until(world.all_is_done)
        told = await world.list_of()
        assert told["movie_ids"][:10] != POPULAR[:10]
        assert set(told["movie_ids"][:10]) <= set(SCIENCE_FICTION[5:])
        assert told["model"] == {"name": "als", "version": 1}
        assert sum(told["sources"].values()) == len(told["movie_ids"]) == len(told["scores"]) == 35

    run(scenario)


def test_what_was_rated_watched_or_hidden_is_left_out(mongodb, redis, run):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100)
            await world.do(Kind.WATCH, 101)
            await world.do(Kind.HIDE, 102, 200)
            await until(world.all_is_done)
        movies = await world.movies_of()
        assert not {100, 101, 102, 200} & set(movies)
        assert len(set(movies)) == 36

    run(scenario)


def test_what_was_undone_comes_back(mongodb, redis, run):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100, 101)
            await world.people.interactions.do(
                Action(world.people.user_id, Kind.RATING, 101, datetime.now(UTC), content=None)
            )
            await world.people.outbox.move()
            await until(world.all_is_done)
        assert 101 in await world.movies_of()

    run(scenario)


def request(user_id=USER, name="one"):
    return Request(name, user_id, "age", "asked-by-a-test")


async def ask(people, *requests):
    guard = Guard("Redis", 5_000, RedisError)
    for each in requests:
        await RecommendationRequests(people.redis, guard).send(each)


def test_a_user_of_the_dataset_gets_a_new_list_from_the_snapshot_when_one_is_asked_for(mongodb, redis, run):
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

    run(scenario)


def test_redis_is_renewed_and_the_new_list_announced(mongodb, redis, run):
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

    run(scenario)


def test_a_bookmark_changes_no_list(mongodb, redis, run):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.do(Kind.BOOKMARK, 100)
            await until(world.all_is_done)
        assert await world.list_of() is None

    run(scenario)


def test_before_anything_is_published_events_are_done_without_a_list(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            world = World(people, "2026-11-20T003105Z")
            async with working(mongodb, redis):
                await world.rate(100)
                await until(world.all_is_done)
            assert await dead_letters(people.redis) == []

    asyncio.run(scenario())


@pytest.mark.parametrize("moment", MOMENTS)
def test_of_what_a_killed_worker_had_in_hand_nothing_is_lost_or_doubled(mongodb, redis, run, moment):
    async def scenario(world):
        await world.rate(*SCIENCE_FICTION[:5])
        await ask(world.people, *(request(user_id, f"{user_id}") for user_id in range(2, 12)))
        worker = start_worker(mongodb, redis, moment)
        assert await asyncio.to_thread(worker.wait, PATIENCE_SECONDS) == -signal.SIGKILL
        assert not await world.all_is_done()
        async with working(mongodb, redis):
            await until(world.all_is_done)
        assert await dead_letters(world.people.redis) == []
        listed = sorted([document["_id"] async for document in world.lists.find()])
        assert listed == [*range(1, 12), world.people.user_id]
        assert set((await world.movies_of())[:10]) <= set(SCIENCE_FICTION[5:])

    run(scenario)


def test_poison_is_a_dead_letter_after_five_tries_harms_no_other_and_can_be_replayed(mongodb, redis, run):
    async def scenario(world):
        client = world.people.redis
        async with working(mongodb, redis):
            await client.xadd("interactions", {"event": json.dumps({"kind": "rating", "user_id": "nobody"})})
            await world.rate(*SCIENCE_FICTION[:5])
            await until(lambda: dead_letters(client))
            (dead,) = await dead_letters(client)
            assert dead.n_tries == 5
            assert dead.reason == "ValueError: invalid literal for int() with base 10: 'nobody'"
            assert (await world.movies_of())[:10]
            assert await replay(client) == 1
            await until(lambda: dead_letters(client))
            await until(world.all_is_done)

    run(scenario)


def test_a_new_champion_is_swapped_in_while_the_one_before_goes_on(mongodb, redis, run):
    async def scenario(world):
        may_load = asyncio.Event()
        loop = asyncio.get_running_loop()

        def load(wanted):
            if wanted.version:
                asyncio.run_coroutine_threadsafe(may_load.wait(), loop).result(PATIENCE_SECONDS)
            return champion(wanted)

        async def made_by(version):
            return ((await world.list_of()) or {}).get("model") == {"name": "als", "version": version}

        async with working(mongodb, redis, load):
            await world.rate(100)
            await until(lambda: made_by(1))
            live = {"recommender": {"name": "als", "version": 2}}
            await world.people.database[SERVING_STATE].insert_one({"_id": CHAMPION, "models": live})
            await world.rate(101)
            await until(world.all_is_done)
            assert 101 not in await world.movies_of()
            assert await made_by(1)
            may_load.set()
            await asyncio.sleep(1.5)
            await world.rate(102)
            await until(lambda: made_by(2))

    run(scenario)


def test_a_worker_waits_for_the_first_champion_and_calls_that_no_fault_of_an_event(mongodb, redis, run):
    async def scenario(world):
        n_tries = iter(range(MOST_TRIES + 2))

        def load(wanted):
            if next(n_tries, None) is not None:
                raise ModelRefused("there is no such version")
            return champion(wanted)

        async with working(mongodb, redis, load):
            await world.rate(*SCIENCE_FICTION[:5])
            await until(world.list_of)
            await until(world.all_is_done)
        assert await dead_letters(world.people.redis) == []

    run(scenario)


def test_a_worker_counts_its_lists_and_shows_its_champion(mongodb, redis, run):
    async def scenario(world):
        before = REGISTRY.get_sample_value("marquee_worker_lists_total")
        async with working(mongodb, redis):
            await world.rate(*SCIENCE_FICTION[:5])
            await until(world.all_is_done)
        assert REGISTRY.get_sample_value("marquee_worker_lists_total") > before
        assert REGISTRY.get_sample_value("marquee_champion_version", {"model": "als"}) == 1

    run(scenario)


def test_the_word_of_a_new_champion_has_it_loaded(mongodb, redis, run):
    async def scenario(world):
        loaded = asyncio.Event()
        loop = asyncio.get_running_loop()

        def load(wanted):
            loop.call_soon_threadsafe(loaded.set)
            return champion(wanted)

        cache = ListCache(world.people.redis, Guard("Redis", 5_000, RedisError))
        lists = UserLists(world.people.database, cache, world.people.events)
        worker = Worker(world.people.database, lists, Champions(load))
        await worker.handle([Event(MODEL_UPDATED, "1-0", "{}")])
        async with asyncio.timeout(PATIENCE_SECONDS):
            await loaded.wait()

    run(scenario)


def test_a_promotion_reaches_the_workers(mongodb, redis, run):
    async def scenario(world):
        def promote():
            with PromotionLog(mongodb.address, mongodb.database, partial(announce, redis.address)) as log:
                log.append("recommender", {"name": "als", "version": 2}, "a test", {"verdict": "promoted"})

        async def is_taken():
            groups = await world.people.redis.xinfo_groups(MODEL_UPDATED)
            return await world.all_is_done() and any(group["last-delivered-id"] != "0-0" for group in groups)

        async with working(mongodb, redis):
            await asyncio.to_thread(promote)
            await until(is_taken)

    run(scenario)


def test_lists_go_into_the_generation_that_is_in_force_when_they_are_there(mongodb, redis, run):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100)
            await until(world.all_is_done)
            world.generation = await asyncio.to_thread(publish, mongodb, NIGHT + timedelta(days=1))
            await world.rate(101)
            await until(world.all_is_done)
        assert not {100, 101} & set(await world.movies_of())
        assert await world.list_of()

    run(scenario)


def test_someone_who_deleted_their_account_gets_no_list_back(mongodb, redis, run):
    async def scenario(world):
        people = world.people
        await people.database["deleted_users"].insert_one({"_id": people.user_id})
        async with working(mongodb, redis):
            await ask(people, request(people.user_id))
            await until(world.all_is_done)
        assert await world.list_of() is None
        assert not [key async for key in people.redis.scan_iter(f"*{people.user_id}*")]

    run(scenario)


def test_the_group_of_the_workers_is_known_by_its_name(mongodb, redis, run):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100)
            await until(world.all_is_done)
        (group,) = await world.people.redis.xinfo_groups("interactions")
        assert group["name"] == GROUP

    run(scenario)
