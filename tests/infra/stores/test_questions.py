import asyncio
import json

import pytest
from redis.asyncio import Redis

from infra.errors import NotExplained, ServerUnreachable
from infra.stores.questions import CHANNEL, Questions
from infra.stores.redis import connect
from tests.conftest import free_port


@pytest.fixture
def run(redis):
    def run(scenario):
        async def within():
            async with connect(redis.address, as_text=True) as client:
                return await scenario(client)

        return asyncio.run(within())

    return run


async def listen(client: Redis, heard: list, text: str = "because"):
    questions = Questions(client)
    async for question in questions.listen():
        heard.append((question.user_id, question.movie_id))
        await questions.answer(question, text)


async def until_somebody_listens(client, n_workers=1):
    while (await client.pubsub_numsub(CHANNEL))[0][1] < n_workers:
        await asyncio.sleep(0.01)


def test_a_question_is_answered_by_a_worker(run):
    async def scenario(client):
        heard = []
        async with asyncio.TaskGroup() as tasks:
            worker = tasks.create_task(listen(client, heard))
            await until_somebody_listens(client)
            answer = await Questions(client).ask(7, 6, patience_seconds=30)
            worker.cancel()
        assert (answer, heard) == ("because", [(7, 6)])

    run(scenario)


def test_of_many_workers_one_answers(run):
    async def scenario(client):
        heard = []
        async with asyncio.TaskGroup() as tasks:
            workers = [tasks.create_task(listen(client, heard)) for _ in range(3)]
            await until_somebody_listens(client, len(workers))
            for movie_id in range(5):
                await Questions(client).ask(7, movie_id, patience_seconds=30)
            await asyncio.sleep(0.1)
            for worker in workers:
                worker.cancel()
        assert sorted(heard) == [(7, movie_id) for movie_id in range(5)]

    run(scenario)


def test_without_a_worker_it_is_said_at_once(run):
    async def scenario(client):
        with pytest.raises(NotExplained, match="no near-line worker runs"):
            await Questions(client).ask(7, 6, patience_seconds=3_600)

    run(scenario)


def test_a_worker_that_takes_too_long_is_not_waited_for(run):
    async def scenario(client):
        async with client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            with pytest.raises(NotExplained, match=r"no near-line worker answered within 0\.1 seconds"):
                await Questions(client).ask(7, 6, patience_seconds=0.1)

    run(scenario)


def test_nothing_of_a_question_stays(run):
    async def scenario(client):
        async with asyncio.TaskGroup() as tasks:
            worker = tasks.create_task(listen(client, [], json.dumps({"user": 7})))
            await until_somebody_listens(client)
            await Questions(client).ask(7, 6, patience_seconds=30)
            worker.cancel()
        assert all([0 < await client.ttl(key) <= 30 for key in await client.keys()])

    run(scenario)


def test_a_redis_that_is_away_is_said_in_words():
    async def scenario():
        async with connect(f"redis://127.0.0.1:{free_port()}/0", as_text=True) as client:
            with pytest.raises(ServerUnreachable, match="Redis does not answer"):
                await Questions(client).ask(7, 6, patience_seconds=1)

    asyncio.run(scenario())
