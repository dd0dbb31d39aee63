"""From what a user did to their list, with a real MongoDB, a real Redis and real workers."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from infra.stores.dead_letters import dead_letters, replay
from infra.stores.user_layout import Kind
from pipelines import refresh_worker
from pipelines.near_line.worker import GROUP
from tests.conftest import free_port
from tests.infra.stores.peopled import peopled
from tests.pipelines.near_line.renewing import PATIENCE_SECONDS, World, ask, request, until
from tests.pipelines.near_line.working import MOMENTS, SCIENCE_FICTION, working

ROOT = Path(__file__).parents[2]


def start_worker(mongodb, redis, moment=""):
    command = [sys.executable, "-m", "tests.pipelines.near_line.working", mongodb.address, mongodb.database]
    return subprocess.Popen([*command, str(redis.port), *([moment] if moment else [])], cwd=ROOT)


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
def test_of_what_a_killed_worker_had_in_hand_nothing_is_lost_or_doubled(mongodb, redis, renewing, moment):
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

    renewing(scenario)


def test_poison_is_a_dead_letter_after_five_tries_harms_no_other_and_can_be_replayed(mongodb, redis, renewing):
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

    renewing(scenario)


def test_someone_who_deleted_their_account_gets_no_list_back(mongodb, redis, renewing):
    async def scenario(world):
        people = world.people
        await people.database["deleted_users"].insert_one({"_id": people.user_id})
        async with working(mongodb, redis):
            await ask(people, request(people.user_id))
            await until(world.all_is_done)
        assert await world.list_of() is None
        assert not [key async for key in people.redis.scan_iter(f"*{people.user_id}*")]

    renewing(scenario)


def test_its_log_is_json_and_names_the_request_of_every_event(mongodb, redis, renewing, configure, tmp_path):
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database, REDIS__URL=redis.address)
    configure(WORKER__PORT=free_port(), LAKE__ROOT=tmp_path, MLFLOW__URL="http://127.0.0.1:9")

    async def scenario(world):
        await world.do(Kind.BOOKMARK, 100, request_id="checkout-17")
        with subprocess.Popen([sys.executable, "-m", "pipelines", "refresh_worker"], cwd=ROOT, stdout=PIPE) as worker:
            try:
                await until(world.all_is_done)
            finally:
                worker.terminate()
            lines = [json.loads(line) for line in worker.stdout]
        told = {"logger": "pipelines.near_line.worker", "message": "handled", "level": "INFO", "stream": "interactions"}
        ids = {"event_id": f"{world.people.user_id}-1", "request_id": "checkout-17"}
        assert [{**line, "time": ""} for line in lines if "stream" in line] == [{**told, **ids, "time": ""}]

    renewing(scenario)


def test_a_worker_trims_what_everyone_is_done_with(mongodb, redis, renewing, monkeypatch):
    monkeypatch.setattr(refresh_worker, "TRIM_EVERY_SECONDS", 0.05)

    async def scenario(world):
        await world.rate(*SCIENCE_FICTION[:5])
        assert await world.people.redis.xlen("interactions") == 5

        async def is_trimmed():
            return await world.people.redis.xlen("interactions") == 1  # the last that was taken stays

        async with working(mongodb, redis):
            await until(is_trimmed)

    renewing(scenario)


def test_the_group_of_the_workers_is_known_by_its_name(mongodb, redis, renewing):
    async def scenario(world):
        async with working(mongodb, redis):
            await world.rate(100)
            await until(world.all_is_done)
        (group,) = await world.people.redis.xinfo_groups("interactions")
        assert group["name"] == GROUP

    renewing(scenario)
