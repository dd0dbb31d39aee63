"""The API as people run it, with the limits it is shipped with, while its servers die, hang or hold nonsense.

These measure time, so they have a marker of their own: `make test-faults`.
"""

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import pytest
from pymongo import MongoClient

from infra.local import servers
from infra.settings import ApiSettings, MongodbSettings, RedisSettings
from infra.stores.generation_layout import Content
from tests.conftest import free_port
from tests.publication import publish
from tests.serving.asking import WELL, WITHOUT_LISTS, asking
from tests.serving.slow_proxy import slow_proxy

pytestmark = pytest.mark.faults

N_REQUESTS = 2_000
BUDGET_MS = 50
SLOW_SECONDS = 2.0
MOST_NEW_FILES = 8  # connections that a pool keeps
MOST_NEW_TASKS = MOST_NEW_THREADS = 4  # the requests of the moment, and who looks names up

one_or_both = pytest.mark.parametrize(
    ("names", "expected"),
    [(["mongodb"], WELL), (["redis"], WELL), (["mongodb", "redis"], WITHOUT_LISTS)],
    ids=["mongodb", "redis", "both"],
)


@dataclass
class Servers:
    """MongoDB and Redis of one test, each behind a proxy, and the API in front of them."""

    mongodb: servers.Server
    redis: servers.Server
    proxies: dict = field(default_factory=dict)
    processes: dict = field(default_factory=dict)

    def kill(self, name):
        self.processes[name].kill()
        self.processes[name].wait()


@pytest.fixture
def world(start, tmp_path):
    mongodb, redis = MongodbSettings(port=free_port()), RedisSettings(port=free_port())
    made = Servers(servers.mongodb(mongodb, tmp_path / "mongodb"), servers.redis(redis, tmp_path / "redis"))
    with ExitStack() as proxies:
        for server in (made.mongodb, made.redis):
            made.processes[server.name] = start(server)
            made.proxies[server.name] = proxies.enter_context(slow_proxy(server.port))
        made.generation = publish(mongodb, users={7: [6, 541], 9: [6]}, similar={541: [1214]})
        made.settings = mongodb
        api = servers.api(ApiSettings(port=free_port()), tmp_path / "api")
        environment = {
            "MARQUEE_API__PORT": str(api.port),
            "MARQUEE_MONGODB__URL": f"mongodb://127.0.0.1:{made.proxies['mongodb'].port}/?directConnection=true",
            "MARQUEE_REDIS__URL": f"redis://127.0.0.1:{made.proxies['redis'].port}/0",
        }
        made.processes["api"] = start(replace(api, environment={**api.environment, **environment}))
        made.address = api.address
        yield made
        for process in made.processes.values():
            process.terminate()
        for process in made.processes.values():
            process.wait()


@contextmanager
def busy_processors():
    """Have twice as many processes compute for nothing as there are processors."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(2 * os.cpu_count())]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def complaints(world, break_it, expected, mend):
    """Break something under load, and mend it; return what took too long or was leaked.

    Answers must be right: nearly all from what is `expected` while it is broken, in the end as before.
    """

    async def scenario():
        async with asking(world.address) as callers:
            await callers.until_told(WELL)
            usual = await callers.p99(N_REQUESTS, WELL)
            before = await callers.figures()
            await asyncio.to_thread(break_it)
            broken = await callers.p99(N_REQUESTS, expected)
            print(f"p99 {usual:.1f} ms when all is well, {broken:.1f} ms now")
            await asyncio.to_thread(mend)
            await callers.until_told(WELL)
            await asyncio.sleep(SLOW_SECONDS)
            after = await callers.figures()
        more = {
            "milliseconds": (broken - usual, BUDGET_MS),  # a busy machine is slow at both
            "open files": (after["process_open_fds"] - before["process_open_fds"], MOST_NEW_FILES),
            "tasks": (after["marquee_tasks"] - before["marquee_tasks"], MOST_NEW_TASKS),
            "threads": (after["marquee_threads"] - before["marquee_threads"], MOST_NEW_THREADS),
        }
        return [f"{n:g} {what} more" for what, (n, most) in more.items() if n > most]

    return asyncio.run(scenario())


@one_or_both
def test_while_servers_are_dead_answers_are_right_and_fast_and_nothing_leaks(world, start, names, expected):
    def kill():
        for name in names:
            world.kill(name)

    def revive():
        for name in names:
            world.processes[name] = start(getattr(world, name))

    assert complaints(world, kill, expected, revive) == []


@one_or_both
def test_while_servers_answer_two_seconds_late_answers_are_right_and_fast_and_nothing_leaks(world, names, expected):
    def delay(seconds):
        for name in names:
            world.proxies[name].delay(seconds)

    assert complaints(world, lambda: delay(SLOW_SECONDS), expected, lambda: delay(0.0)) == []


def test_a_machine_without_processor_time_to_spare_is_no_outage(world):
    async def scenario():
        async with asking(world.address) as callers:
            await callers.until_told(WELL)
            with busy_processors():
                await callers.p99(N_REQUESTS, WELL)

    asyncio.run(scenario())


def test_while_documents_are_garbage_answers_are_right_and_fast_and_nothing_leaks(world):
    def overwrite(name, fields):
        with MongoClient(world.settings.address) as client:
            lists = client[world.settings.database][name.of(world.generation)]
            lists.update_many({}, {"$set": fields})

    def break_it():
        world.kill("redis")  # which still has the good ones
        overwrite(Content.USER_LISTS, {"movie_ids": {"garbage": True}})
        overwrite(Content.MOVIE_LISTS, {"scores": "garbage"})

    def mend():
        overwrite(Content.USER_LISTS, {"movie_ids": [6], "scores": [1.0]})
        overwrite(Content.MOVIE_LISTS, {"movie_ids": [1214], "scores": [1.0]})

    assert complaints(world, break_it, WITHOUT_LISTS, mend) == []
