"""How fast one process of the API is beside the least that FastAPI and the MongoDB driver can do, in one run.

Run `make bench-serving`; it needs wrk. Each takes its turn, nine times; the median ratio counts. With `--minutes 30` it
measures instead how the memory of the process grows under mixed load.
"""

import argparse
import asyncio
import os
import platform
import re
import statistics
import tempfile
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from time import perf_counter

import httpx

from infra.stores import mongodb as connections
from infra.stores.generation_layout import POINTER, SERVING_STATE, Content
from infra.stores.recent_interactions import read_recent_interactions
from tests.benchmarks.load import MIXED, N_CONNECTIONS, OF_USERS, rate_of, require_wrk
from tests.benchmarks.world import HOT, N_USERS, World

N_ROUNDS, SECONDS = 9, 3
PATIENCE_SECONDS = 60.0
PAUSE_MS = 18  # of each connection between two requests: 400 a second at most leave the machine to others
RATIOS = (
    ("cached list", "constant object", 0.7),
    ("cached list", "constant bytes", 0.7),
    ("MongoDB path", "driver", 0.8),
)
ADA = {"name": "ada", "password": "correct horse battery"}


async def rate_of_driver(mongodb):
    """Return how often a second the driver reads what the API reads for a user: the list, and what the user did."""
    async with connections.connect_async(mongodb.address, 1_000) as client:
        database = client[mongodb.database]
        pointer = await database[SERVING_STATE].find_one({"_id": POINTER})
        lists = database[Content.USER_LISTS.of(pointer["generation"])]
        n_read, began_at = 0, perf_counter()

        async def read_on():
            nonlocal n_read
            while perf_counter() < began_at + SECONDS:
                user_id = n_read % N_USERS + 1
                n_read += 1
                await asyncio.gather(lists.find_one({"_id": user_id}), read_recent_interactions(database, [user_id]))

        await asyncio.gather(*(read_on() for _ in range(N_CONNECTIONS)))
        return n_read / (perf_counter() - began_at)


def compare(world):
    users = OF_USERS.format(n_users=N_USERS)
    takes = {
        "cached list": lambda: rate_of(world.cached + HOT, SECONDS, world.folder),
        "constant object": lambda: rate_of(f"{world.bare}/object", SECONDS, world.folder),
        "constant bytes": lambda: rate_of(f"{world.bare}/bytes", SECONDS, world.folder),
        "MongoDB path": lambda: rate_of(world.uncached, SECONDS, world.folder, users),
        "driver": lambda: asyncio.run(rate_of_driver(world.mongodb)),
    }
    rounds = [{name: take() for name, take in takes.items()} for _ in range(N_ROUNDS)]
    print(f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in takes:
        print(f"{name:<16} {statistics.median(each[name] for each in rounds):8,.0f} a second")
    for over, under, bar in RATIOS:
        ratio = statistics.median(each[over] / each[under] for each in rounds)
        print(f"{over} / {under}: {ratio:.2f}, to be at least {bar}")
    print(f"answers of the MongoDB path that were personal: {personal_share(world.uncached):.1%}")


def figures(address):
    return httpx.get(f"{address}/metrics", trust_env=False, timeout=PATIENCE_SECONDS).text


def personal_share(address):
    counts = dict(re.findall(r'^marquee_lists_total\{source="(\w+)"\} (\S+)', figures(address), re.MULTILINE))
    return float(counts["personal"]) / sum(map(float, counts.values()))


def watch_memory(world, n_minutes):
    httpx.post(f"{world.cached}/api/v1/auth/register", json=ADA, trust_env=False, timeout=PATIENCE_SECONDS)
    for minute in range(n_minutes + 1):
        told = figures(world.cached)
        n_bytes = float(re.search(r"^process_resident_memory_bytes (\S+)", told, re.MULTILINE)[1])
        print(f"after {minute} minutes: {n_bytes / 2**20:.1f} MiB", flush=True)
        if minute < n_minutes:
            signed_in = httpx.post(
                f"{world.cached}/api/v1/auth/login", json=ADA, trust_env=False, timeout=PATIENCE_SECONDS
            ).json()
            script = MIXED.format(n_users=N_USERS, token=signed_in["access_token"], pause_ms=PAUSE_MS)
            print(f"{rate_of(world.cached, 60, world.folder, script):,.0f} a second", end=", ", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, help="measure memory for so long instead")
    minutes = parser.parse_args().minutes
    require_wrk()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        world = World(Path(folder), opened)
        if minutes:
            watch_memory(world, minutes)
        else:
            compare(world)


if __name__ == "__main__":
    main()
