"""The API as people run it, with the limits it is shipped with, while its servers die, hang or hold nonsense.

These measure time, so they have a marker of their own: `make test-faults`.
"""

import asyncio
import os
import statistics
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pymongo import MongoClient

from infra.local import servers
from infra.settings import ApiSettings, MongodbSettings, RedisSettings
from infra.stores.generation_layout import Content
from tests.conftest import free_port
from tests.publication import publish
from tests.serving.slow_proxy import slow_proxy

pytestmark = pytest.mark.faults

PATIENCE = 60.0
N_CALLERS, N_REQUESTS = 4, 2_000
BUDGET_MS = 50
SLOW_SECONDS = 2.0
LEAST_RIGHT = 0.95
MOST_NEW_FILES, MOST_NEW_TASKS = 8, 4  # connections that a pool keeps, the requests of the moment

HOT, COLD = "/api/v1/users/7/recommendations", "/api/v1/users/{}/recommendations"
SIMILAR, GENRE = "/api/v1/movies/541/recommendations", "/api/v1/movies/popular?genre=Crime"
WELL = {HOT: "personal", COLD: "popular", SIMILAR: "similar", GENRE: "genre"}
WITHOUT_LISTS = {**WELL, HOT: "popular", SIMILAR: "genre"}


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


class Callers:
    """Ask for everything, and keep what they are told."""

    def __init__(self, client):
        self._client = client
        self._n_asked = 0
        self.milliseconds = []

    async def ask(self, n_requests):
        """Ask so often, by several callers at once; return what the answers of each address came from."""
        sources = {address: Counter() for address in WELL}

        async def call():
            for n in range(n_requests // N_CALLERS):
                address = list(WELL)[n % len(WELL)]
                self._n_asked += 1
                answer = await self._client.get(address.format(100_000 + self._n_asked))
                assert answer.status_code == 200
                assert answer.json()["movies"], address
                assert answer.headers["X-Reco-Source"] == answer.json()["source"]
                self.milliseconds.append(1e3 * answer.elapsed.total_seconds())
                sources[address][answer.json()["source"]] += 1

        async with asyncio.TaskGroup() as callers:
            for _ in range(N_CALLERS):
                callers.create_task(call())
        return sources

    async def p99(self, n_requests, sources):
        """Ask so often, be told these sources, and return the 99th percentile of the milliseconds it took."""
        self.milliseconds.clear()
        assert mostly(await self.ask(n_requests)) == sources
        return statistics.quantiles(self.milliseconds, n=100)[98]

    async def until_told(self, sources):
        async with asyncio.timeout(PATIENCE):
            while mostly(await self.ask(4 * N_CALLERS)) != sources:
                await asyncio.sleep(0.2)

    async def figures(self):
        text = (await self._client.get("/metrics")).text
        return {each.name: each.value for family in text_string_to_metric_families(text) for each in family.samples}


def mostly(sources):
    return {address: counted.most_common(1)[0][0] for address, counted in sources.items()}


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


def endure(world, break_it, expected, mend):
    """Break something under load: answers stay right, full and fast; mend it: all is as before, and nothing leaked."""

    async def scenario():
        async with httpx.AsyncClient(base_url=world.address, timeout=PATIENCE, trust_env=False) as client:
            callers = Callers(client)
            await callers.until_told(WELL)
            usual = await callers.p99(N_REQUESTS, WELL)
            before = await callers.figures()
            await asyncio.to_thread(break_it)
            broken = await callers.p99(N_REQUESTS, expected)
            print(f"p99 {usual:.1f} ms when all is well, {broken:.1f} ms now")
            assert broken <= usual + BUDGET_MS  # a busy machine is slow at both
            await asyncio.to_thread(mend)
            await callers.until_told(WELL)
            await asyncio.sleep(SLOW_SECONDS)
            after = await callers.figures()
        assert after["process_open_fds"] <= before["process_open_fds"] + MOST_NEW_FILES
        assert after["marquee_tasks"] <= before["marquee_tasks"] + MOST_NEW_TASKS

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["mongodb"], WELL), (["redis"], WELL), (["mongodb", "redis"], WITHOUT_LISTS)],
    ids=["mongodb", "redis", "both"],
)
def test_servers_are_killed(world, start, names, expected):
    def kill():
        for name in names:
            world.kill(name)

    def revive():
        for name in names:
            world.processes[name] = start(getattr(world, name))

    endure(world, kill, expected, revive)


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["mongodb"], WELL), (["redis"], WELL), (["mongodb", "redis"], WITHOUT_LISTS)],
    ids=["mongodb", "redis", "both"],
)
def test_servers_answer_two_seconds_late(world, names, expected):
    def delay(seconds):
        for name in names:
            world.proxies[name].delay(seconds)

    endure(world, lambda: delay(SLOW_SECONDS), expected, lambda: delay(0.0))


def test_a_machine_without_processor_time_to_spare_is_no_outage(world):
    async def scenario():
        async with httpx.AsyncClient(base_url=world.address, timeout=PATIENCE, trust_env=False) as client:
            callers = Callers(client)
            await callers.until_told(WELL)
            with busy_processors():
                sources = await callers.ask(N_REQUESTS)
        for address, source in WELL.items():
            assert sources[address][source] >= LEAST_RIGHT * sources[address].total(), (address, sources)

    asyncio.run(scenario())


def test_a_document_is_garbage(world):
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

    endure(world, break_it, WITHOUT_LISTS, mend)
