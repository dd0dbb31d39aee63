"""The API as people run it, a process of its own, while its MongoDB comes and goes."""

import asyncio
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from infra.local import servers
from infra.local.probes import wait_until
from infra.settings import ApiSettings, MongodbSettings
from tests.conftest import free_port
from tests.publication import publish
from tests.serving.conftest import PATIENT

ROOT = Path(__file__).parents[2]
NOBODY_LISTENS = "redis://127.0.0.1:9/0"
PATIENCE = 60.0
N_CALLERS = 20
SLOWEST_SECONDS = 10.0

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
    "/api/v1/movies/541/recommendations": "genre",
}


@pytest.fixture
def own_mongodb(tmp_path):
    """A server of this test alone, so that it can be killed; it is not started yet."""
    return servers.mongodb(MongodbSettings(port=free_port()), tmp_path / "mongodb")


@pytest.fixture
def api(start, tmp_path):
    """Run the API against a MongoDB."""

    def run(mongodb):
        api = servers.api(ApiSettings(port=free_port()), tmp_path / "api")
        settings = {
            "MARQUEE_API__PORT": str(api.port),
            "MARQUEE_API__REFRESH_SECONDS": "0.5",
            **PATIENT,
            "MARQUEE_MONGODB__URL": mongodb.address,
            "MARQUEE_REDIS__URL": NOBODY_LISTENS,
            "MARQUEE_MONGODB__DATABASE": mongodb.database,
        }
        processes.append(start(replace(api, environment={**api.environment, **settings})))
        return api.address

    processes = []
    yield run
    for process in processes:
        process.terminate()
        process.wait()


def kill(process):
    process.kill()
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


def test_mongodb_killed_under_load_costs_nobody_an_answer_and_is_found_again(start, own_mongodb, api):
    mongod = start(own_mongodb)
    settings = MongodbSettings(port=own_mongodb.port)
    publish(settings, users={7: [6, 541]}, similar={541: [1214]})

    async def scenario():
        async with httpx.AsyncClient(base_url=api(settings), timeout=PATIENCE, trust_env=False) as client:
            load = Load(client)
            async with asyncio.TaskGroup() as callers:
                calling = [callers.create_task(load.call()) for _ in range(N_CALLERS)]
                await load.until_told(ADDRESSES)
                await asyncio.to_thread(kill, mongod)
                await load.until_told(WITHOUT_MONGODB)
                assert (await client.get("/health/ready")).json()["status"] == "degraded"
                await asyncio.to_thread(start, own_mongodb)
                await load.until_told(ADDRESSES)
                assert (await client.get("/health/ready")).json()["status"] == "ready"
                for task in calling:
                    task.cancel()
        assert load.statuses.keys() == {200}
        assert load.slowest_seconds < SLOWEST_SECONDS

    asyncio.run(scenario())


def test_started_without_mongodb_it_answers_and_finds_the_lists_later(start, own_mongodb, api):
    address = api(MongodbSettings(port=own_mongodb.port))

    with httpx.Client(base_url=address, trust_env=False) as client:
        first = client.get("/api/v1/users/7/recommendations")
        assert (first.status_code, first.json()["source"], len(first.json()["movies"])) == (200, "shipped", 10)

        start(own_mongodb)
        publish(MongodbSettings(port=own_mongodb.port), users={7: [6, 541]})

        assert wait_until(lambda: is_served(client, "2026-11-20T003105Z"), PATIENCE)


def test_a_generation_published_while_it_runs_is_served(mongodb, api):
    publish(mongodb, users={7: [6]})

    with httpx.Client(base_url=api(mongodb), trust_env=False) as client:
        newer = publish(mongodb, users={7: [541]})

        assert wait_until(lambda: is_served(client, newer), PATIENCE)


def is_served(client, generation):
    answer = client.get("/api/v1/users/7/recommendations").json()
    return (answer["generation"], answer["source"]) == (generation, "personal")


def test_the_api_needs_none_of_the_batch_s_libraries():
    batch = {"numpy", "pandas", "pyarrow", "pyspark", "scipy", "tqdm", "mlflow", "implicit"}
    script = f"import sys, serving.app; print(*{batch!r} & sys.modules.keys())"

    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert result.stdout.split() == []
