import asyncio

import pytest

from infra.stores.redis import connect
from infra.stores.streams import Consumer
from pipelines import events


@pytest.fixture
def configured(redis, configure):
    configure(REDIS__URL=redis.address)
    return redis


def run(redis, scenario):
    async def within():
        async with connect(redis.address, as_text=True) as client:
            return await scenario(client)

    return asyncio.run(within())


async def poison(client):
    """Leave one dead letter, and one event that nobody took."""
    await client.xadd("interactions", {"event": "no JSON"})
    consumer = Consumer(client, "refresh_worker", ["interactions"], retry_seconds=0)
    for _ in range(5):
        (event,) = await consumer.take(0.1)
        await consumer.failed(event, "it is no JSON")
    await client.xadd("interactions", {"event": "{}"})


def test_show_tells_what_waits_and_why_something_died(configured, capsys):
    run(configured, poison)
    events.main("show")
    told = capsys.readouterr().out
    assert "refresh_worker: 1 not taken yet, 0 taken and not done" in told
    assert "interactions of refresh_worker, 5 tries: it is no JSON: no JSON" in told


def test_replay_puts_dead_letters_back(configured, capsys):
    run(configured, poison)
    events.main("replay")
    events.main("replay")
    assert capsys.readouterr().out.splitlines() == [
        "1 dead letters are back in their streams",
        "0 dead letters are back in their streams",
    ]
    entries = run(configured, lambda client: client.xrange("interactions"))
    assert [fields["event"] for _, fields in entries] == ["no JSON", "{}", "no JSON"]
