"""The API as people run it, a process of its own, while its MongoDB comes and goes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from infra.local import servers
from infra.local.probes import http_answers, wait_until
from infra.settings import MongodbSettings
from tests.conftest import free_port
from tests.publication import publish

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
N_CALLERS = 20

ADDRESSES = {
    "/api/v1/users/7/recommendations": "personal",
    "/api/v1/users/8/recommendations": "popular",
    "/api/v1/movies/541/recommendations": "similar",
    "/api/v1/movies/1214/recommendations": "genre",
    "/api/v1/movies/popular": "popular",
    "/api/v1/movies/popular?genre=Crime": "genre",
    "/api/v1/movies/6": None,
    "/health/ready": None,
}
WITHOUT_MONGODB = {
    **ADDRESSES,
    "/api/v1/users/7/recommendations": "popular",
    "/api/v1/movies/541/recommendations": "popular",
    "/api/v1/movies/1214/recommendations": "popular",
}


class Mongod:
    """A mongod of this test alone, so that it can be killed."""

    def __init__(self, folder: Path) -> None:
        self.settings = MongodbSettings(port=free_port(), database="killed")
        self._server = servers.mongodb(self.settings, folder)
        self._log = folder / "log"

    def start(self) -> None:
        with self._log.open("ab") as log:
            [command] = self._server.programs.values()
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        assert wait_until(self._server.answers, PATIENCE), self._log.read_text()[-2000:]
        self._server.settle()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def mongod_of_our_own(tmp_path):
    mongod = Mongod(tmp_path)
    mongod.start()
    yield mongod
    mongod.kill()


@contextmanager
def uvicorn(mongodb, folder):
    """Run the API against a MongoDB, and return its address."""
    port = str(free_port())
    command = (sys.executable, "-m", "uvicorn", "serving.app:app", "--host", "127.0.0.1", "--port", port)
    environment = {
        **os.environ,
        "MARQUEE_MONGODB__URL": mongodb.address,
        "MARQUEE_MONGODB__DATABASE": mongodb.database,
        "MARQUEE_API__REFRESH_SECONDS": "0.5",
        "MARQUEE_API__MONGODB_TIMEOUT_MS": "2000",  # a busy machine is no outage
    }
    with (folder / "api.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: http_answers(f"{address}/health/live"), PATIENCE), (folder / "api.log").read_text()
        yield address
    finally:
        process.terminate()
        process.wait()


class Load:
    """Callers that ask for everything, over and over, and note what they are told."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self._api = api
        self.statuses: Counter[int] = Counter()
        self.sources: dict[str, str | None] = {}
        self.slowest_seconds = 0.0

    async def call(self) -> None:
        while True:
            for address in ADDRESSES:
                answer = await self._api.get(address)
                self.statuses[answer.status_code] += 1
                self.sources[address] = answer.headers.get("X-Reco-Source")
                self.slowest_seconds = max(self.slowest_seconds, answer.elapsed.total_seconds())

    async def until_told(self, sources: dict[str, str | None]) -> None:
        """Wait until the last answers came from these sources, and for some more of the same."""
        async with asyncio.timeout(PATIENCE):
            while self.sources != sources:
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        assert self.sources == sources


def test_mongodb_killed_under_load_costs_nobody_an_answer_and_is_found_again(mongod_of_our_own, tmp_path):
    publish(mongod_of_our_own.settings, users={7: [6, 541]}, similar={541: [1214]})

    async def scenario(address):
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as api:
            load = Load(api)
            async with asyncio.TaskGroup() as callers:
                calling = [callers.create_task(load.call()) for _ in range(N_CALLERS)]
                await load.until_told(ADDRESSES)
                await asyncio.to_thread(mongod_of_our_own.kill)
                await load.until_told(WITHOUT_MONGODB)
                assert (await api.get("/health/ready")).json()["status"] == "degraded"
                await asyncio.to_thread(mongod_of_our_own.start)
                await load.until_told(ADDRESSES)
                assert (await api.get("/health/ready")).json()["status"] == "ready"
                for task in calling:
                    task.cancel()
        assert load.statuses.keys() == {200}
        assert load.slowest_seconds < 10

    with uvicorn(mongod_of_our_own.settings, tmp_path) as address:
        asyncio.run(scenario(address))


def test_started_before_mongodb_it_answers_and_finds_the_lists_later(mongod_of_our_own, tmp_path):
    publish(mongod_of_our_own.settings, users={7: [6, 541]})
    mongod_of_our_own.kill()

    with (
        uvicorn(mongod_of_our_own.settings, tmp_path) as address,
        httpx.Client(base_url=address, trust_env=False) as api,
    ):
        first = api.get("/api/v1/users/7/recommendations")
        assert (first.status_code, first.json()["source"], first.json()["movies"]) == (200, "popular", [])

        mongod_of_our_own.start()

        def is_personal():
            return api.get("/api/v1/users/7/recommendations").json()["source"] == "personal"

        assert wait_until(is_personal, PATIENCE)


def test_a_generation_published_while_it_runs_is_served(mongodb, tmp_path):
    publish(mongodb, users={7: [6]})

    with uvicorn(mongodb, tmp_path) as address, httpx.Client(base_url=address, trust_env=False) as api:
        newer = publish(mongodb, users={7: [541]})

        def is_served():
            return api.get("/api/v1/users/7/recommendations").json()["generation"] == newer

        assert wait_until(is_served, PATIENCE)
