"""Which champion a worker lists by, with a real MongoDB and a real Redis."""

import asyncio
from functools import partial

from prometheus_client import REGISTRY
from redis.exceptions import RedisError

from infra.errors import ModelRefused
from infra.stores.dead_letters import dead_letters
from infra.stores.generation_layout import CHAMPION, SERVING_STATE
from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.model_updates import STREAM as MODEL_UPDATED
from infra.stores.model_updates import announce
from infra.stores.promotions import PromotionLog
from infra.stores.ranked_movies import ModelVersion
from infra.stores.streams import MOST_TRIES, Event
from infra.stores.user_lists import UserLists
from pipelines.near_line.champion import Champions, Wanted
from pipelines.near_line.worker import Worker
from tests.pipelines.near_line.renewing import PATIENCE_SECONDS, until
from tests.pipelines.near_line.working import SCIENCE_FICTION, champion, working


def test_a_new_champion_is_swapped_in_while_the_one_before_goes_on(mongodb, redis, renewing):
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

    renewing(scenario)


def test_a_worker_waits_for_the_first_champion_and_calls_that_no_fault_of_an_event(mongodb, redis, renewing):
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

    renewing(scenario)


def test_a_worker_counts_its_lists_and_shows_its_champion(mongodb, redis, renewing):
    async def scenario(world):
        before = REGISTRY.get_sample_value("marquee_worker_lists_total")
        async with working(mongodb, redis):
            await world.rate(*SCIENCE_FICTION[:5])
            await until(world.all_is_done)
        assert REGISTRY.get_sample_value("marquee_worker_lists_total") > before
        assert REGISTRY.get_sample_value("marquee_champion_version", {"model": "als"}) == 1

    renewing(scenario)


def test_the_word_of_a_new_champion_has_it_loaded(mongodb, redis, renewing):
    async def scenario(world):
        loaded = []

        def load(wanted):
            loaded.append(wanted)
            return champion(wanted)

        cache = ListCache(world.people.redis, Guard("Redis", 5_000, RedisError))
        lists = UserLists(world.people.database, cache, world.people.events)
        worker = Worker(world.people.database, lists, Champions(load))
        await worker.handle([Event(MODEL_UPDATED, "1-0", "{}")])
        assert loaded == [Wanted(None, world.generation)]

    renewing(scenario)


def test_a_promotion_reaches_the_workers(mongodb, redis, renewing):
    loaded = []

    def load(wanted):
        loaded.append(wanted.version)
        return champion(wanted)

    async def scenario(world):
        def promote():
            with PromotionLog(mongodb.address, mongodb.database, partial(announce, redis.address)) as log:
                log.append("recommender", {"name": "als", "version": 2}, "a test", {"verdict": "promoted"})

        async def is_taken():
            groups = await world.people.redis.xinfo_groups(MODEL_UPDATED)
            return await world.all_is_done() and any(group["last-delivered-id"] != "0-0" for group in groups)

        async with working(mongodb, redis, load):
            await asyncio.to_thread(promote)
            await until(is_taken)

    renewing(scenario)
    assert loaded[-1] == ModelVersion("als", 2)
