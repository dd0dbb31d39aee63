"""How long it takes from what someone does to a list that shows it; the 95th percentile is to be below 2 s.

Run `python -m tests.benchmarks.bench_freshness`, or with another number of ratings a second than 50. Forty people rate
movies through the API, and ask for their list every 250 ms after each rating, until it was made later. MongoDB, Redis,
one process of the API, one worker and these people share the machine. The champion is `Ials`, fitted on 100,000 ratings
of 5,000 movies.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import httpx
import numpy as np

from infra.local import servers
from infra.local.probes import wait_until
from infra.settings import ApiSettings, MongodbSettings, RedisSettings, Settings
from infra.stores.ranked_movies import ModelVersion
from models.fallback import Ranking
from models.ials import Ials
from models.ratings import Ratings
from pipelines import refresh_worker
from pipelines.near_line.champion import Champion
from tests.benchmarks.generated_lists import N_MOVIES, publish_lists
from tests.catalogues import silent
from tests.conftest import free_port

N_PEOPLE, SECONDS, ASK_EVERY_SECONDS = 40, 20, 0.25
N_USERS, N_RATINGS = 600, 100_000
WORKER, SNAPSHOT = "worker", "2026-11-20/generated"
FITTING_SECONDS = 20
LATEST_SECONDS = 60
"""A list that takes longer after the last rating is not waited for: nobody makes it."""


def champion(wanted):
    chance = np.random.default_rng(0)
    pairs = np.unique(chance.integers(N_USERS, size=N_RATINGS) * N_MOVIES + chance.integers(N_MOVIES, size=N_RATINGS))
    users, movies = np.divmod(pairs, N_MOVIES)
    stars, catalogue = chance.integers(1, 11, len(pairs)) / 2, np.arange(1, N_MOVIES + 1)
    ratings = Ratings.of(users + 1, movies + 1, stars, np.arange(len(pairs)), catalogue)
    model = Ials().fit(ratings, silent(ratings))
    return Champion(ModelVersion("ials", 1), model, ratings, Ranking.of(catalogue, 1 / catalogue), SNAPSHOT)


class Person:
    """Someone with an account of their own."""

    def __init__(self, client, name):
        self.client = client
        self.name = name

    async def register(self):
        body = {"name": self.name, "password": "correct horse battery"}
        answer = (await self.client.post("/api/v1/auth/register", json=body)).raise_for_status().json()
        self.proof = {"Authorization": f"Bearer {answer['access_token']}"}
        self.user_id = answer["profiles"][0]["user_id"]

    async def rate_and_wait(self, movie_id):
        """Return how many seconds pass until a list is there that was made after the rating."""
        began = time.perf_counter()
        address = f"/api/v1/ratings/{movie_id}"
        rated = (await self.client.put(address, json={"rating": 4.5}, headers=self.proof)).raise_for_status().json()
        while not await self.is_in_the_list(datetime.fromisoformat(rated["rated_at"])):
            await asyncio.sleep(ASK_EVERY_SECONDS)
        return time.perf_counter() - began

    async def is_in_the_list(self, rated_at):
        address = f"/api/v1/users/{self.user_id}/recommendations?limit=1"
        told = (await self.client.get(address)).raise_for_status().json()
        made_at = datetime.fromisoformat(told["generated_at"])
        return told["source"] == "personal" and made_at >= rated_at


async def measure(address, per_second):
    limits = httpx.Limits(max_connections=60)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30, trust_env=False) as client:
        people = [Person(client, f"person{number}") for number in range(N_PEOPLE)]
        for person in people:
            await person.register()
        waiting = []
        began = time.perf_counter()
        for number in range(per_second * SECONDS):
            await asyncio.sleep(max(0, began + number / per_second - time.perf_counter()))
            round_, who = divmod(number, N_PEOPLE)
            waiting.append(asyncio.create_task(people[who].rate_and_wait(1 + (97 * round_ + who) % N_MOVIES)))
        async with asyncio.timeout(LATEST_SECONDS):
            return np.array(await asyncio.gather(*waiting))


def main():
    if sys.argv[1:] == [WORKER]:
        asyncio.run(refresh_worker.until_told(lambda stopping: refresh_worker.run(Settings(), champion, stopping)))
        return
    per_second = int(sys.argv[1]) if sys.argv[1:] else 50
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        mongodb, redis, api = (kind(port=free_port()) for kind in (MongodbSettings, RedisSettings, ApiSettings))
        ports = {
            "MARQUEE_MONGODB__PORT": str(mongodb.port),
            "MARQUEE_REDIS__PORT": str(redis.port),
            "MARQUEE_API__PORT": str(api.port),
            "MARQUEE_API__ACTION_TIMEOUT_MS": "20000",  # a busy machine is no outage
        }

        def start(command, log):
            output = running.enter_context(Path(folder, log).open("wb"))
            process = subprocess.Popen(command, env={**os.environ, **ports}, stdout=output, stderr=output)
            running.callback(process.wait)
            running.callback(process.terminate)
            return process

        for server in (servers.mongodb(mongodb, Path(folder, "m")), servers.redis(redis, Path(folder, "r"))):
            server.folder.mkdir()
            start(*server.programs.values(), server.name)
            wait_until(server.answers, 60)
            server.settle()
        publish_lists(mongodb, n_users=N_USERS)
        start([sys.executable, "-m", "serving"], "api")
        worker = start([sys.executable, "-m", "tests.benchmarks.bench_freshness", WORKER], WORKER)
        log = Path(folder, WORKER)
        wait_until(servers.api(api, Path(folder)).answers, 60)
        if wait_until(lambda: worker.poll() is not None, FITTING_SECONDS):
            sys.exit(f"the worker has ended before anyone rated anything:\n{log.read_text()}")
        try:
            seconds = asyncio.run(measure(api.address, per_second))
        except TimeoutError:
            sys.exit(f"no list shows the last ratings after {LATEST_SECONDS} s; the worker says:\n{log.read_text()}")
    half, most, nearly_all = np.percentile(seconds, [50, 95, 99])
    print(
        f"{len(seconds):,} ratings, {per_second} a second: p50 {half:.2f} s, p95 {most:.2f} s, p99 {nearly_all:.2f} s"
    )


if __name__ == "__main__":
    main()
