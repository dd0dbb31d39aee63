"""Many events, and workers that are killed at random: none is lost, none has its effect twice.

`make test-faults`, or for fewer `N_EVENTS=5000 .venv/bin/python -m pytest -m faults tests/pipelines`.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.stores.dead_letters import dead_letters
from infra.stores.events import INTERACTIONS, Interaction
from infra.stores.generation_layout import Content
from infra.stores.user_layout import FIRST_PROFILE_USER_ID
from pipelines.near_line.worker import GROUP
from tests.infra.stores.peopled import peopled
from tests.pipelines.near_line.working import MOVIES, USER, publish

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
N_EVENTS = int(os.environ.get("N_EVENTS", "100_000"))
N_EACH = 20
N_WORKERS = 3
LIFE_SECONDS = 4.0, 10.0
AT_A_TIME = 500
MOST_SECONDS = 120 + N_EVENTS / 20


class Workers:
    """Processes that live for a while, are killed, and are followed by others."""

    def __init__(self, mongodb, redis, seed):
        program = [sys.executable, "-m", "tests.pipelines.near_line.working"]
        self._command = [*program, mongodb.address, mongodb.database, str(redis.port)]
        self._chance = random.Random(seed)
        self._living = []
        self.n_killed = 0

    def keep_some(self):
        """Kill those whose time has come, and have N_WORKERS."""
        for worker, until in list(self._living):
            if time.monotonic() > until:
                self._kill(worker)
                self._living.remove((worker, until))
                self.n_killed += 1
        while len(self._living) < N_WORKERS:
            worker = subprocess.Popen(self._command, cwd=ROOT, stderr=subprocess.DEVNULL)
            self._living.append((worker, time.monotonic() + self._chance.uniform(*LIFE_SECONDS)))

    def end(self):
        for worker, _ in self._living:
            self._kill(worker)

    @staticmethod
    def _kill(worker):
        worker.kill()
        worker.wait()


def interactions():
    """Everyone rates N_EACH of the movies, which differ from user to user; users take turns."""
    n_users = N_EVENTS // N_EACH
    now = datetime.now(UTC) - timedelta(days=1)
    for number in range(n_users * N_EACH):
        nth, user = divmod(number, n_users)
        user_id = FIRST_PROFILE_USER_ID + user
        movie_id = MOVIES[(user + nth) % len(MOVIES)]
        yield Interaction(f"{user_id}-{nth + 1}", user_id, movie_id, "rating", 4.0, False, now)


async def tell(people, events):
    """Keep interactions and tell the stream of them, as the API and its relay do."""
    documents = [
        {
            "_id": f"{each.user_id}-{each.movie_id}",
            "user_id": each.user_id,
            "movie_id": each.movie_id,
            "rating": each.rating,
            "rated_at": each.happened_at,
        }
        for each in events
    ]
    await people.database["ratings"].insert_many(documents)
    await people.events.tell(events)


async def n_left(people):
    (group,) = await people.redis.xinfo_groups(INTERACTIONS) or [None]
    if group is None:
        return N_EVENTS
    untaken = await people.redis.xrange(INTERACTIONS, min=f"({group['last-delivered-id']}", count=1)
    return group["pending"] + len(untaken)


def test_with_workers_killed_at_random_every_event_has_its_effect_once(mongodb, redis):
    async def scenario():
        generation = publish(mongodb)
        workers = Workers(mongodb, redis, seed=1)
        async with peopled(mongodb, redis) as people, asyncio.timeout(MOST_SECONDS):
            await people.redis.xgroup_create(INTERACTIONS, GROUP, "0", mkstream=True)
            told = list(interactions())
            try:
                for first in range(0, len(told), AT_A_TIME):
                    await tell(people, told[first : first + AT_A_TIME])
                    workers.keep_some()
                while await n_left(people):
                    workers.keep_some()
                    await asyncio.sleep(0.2)
            finally:
                workers.end()
            assert workers.n_killed
            assert await dead_letters(people.redis) == []
            rated = {}
            for each in told:
                rated.setdefault(each.user_id, set()).add(each.movie_id)
            lists = people.database[Content.USER_LISTS.of(generation)].find({"_id": {"$ne": USER}})
            listed = {document["_id"]: document["movie_ids"] async for document in lists}
        assert listed.keys() == rated.keys()
        for user_id, movie_ids in listed.items():
            assert sorted(movie_ids) == sorted(set(MOVIES) - rated[user_id])

    asyncio.run(scenario())
