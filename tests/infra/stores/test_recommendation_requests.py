import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.exceptions import RedisError

from infra.local import servers
from infra.settings import RedisSettings
from infra.stores import recommendation_requests
from infra.stores.guard import Guard
from infra.stores.recommendation_requests import QUIET, STREAM, RecommendationRequests, Request
from infra.stores.redis import connect
from tests.conftest import free_port
from tests.publication import NIGHT

SECOND = timedelta(seconds=1)


@asynccontextmanager
async def process(address):
    """What one process of the API does."""
    client = connect(address)
    requests = RecommendationRequests(client, Guard("Redis", 2_000, RedisError))
    sending = asyncio.create_task(requests.send_all())
    yield requests, client
    sending.cancel()
    await client.aclose()


async def told(client, n):
    """Wait for n events and return them."""
    async with asyncio.timeout(20):
        while await client.xlen(STREAM) < n:
            await asyncio.sleep(0.01)
    return [json.loads(fields[b"event"]) for _, fields in await client.xrange(STREAM)]


def test_an_event_says_who_why_and_in_which_request(redis):
    async def scenario():
        async with process(redis.address) as (requests, client):
            requests.ask(Request("a1", 7, "age", "checkout-17"), NIGHT)
            assert await told(client, 1) == [{"id": "a1", "user_id": 7, "why": "age", "request_id": "checkout-17"}]

    asyncio.run(scenario())


def test_a_hot_user_is_asked_for_once_in_five_minutes(redis):
    async def scenario():
        async with process(redis.address) as (requests, client):
            for n in range(100):
                requests.ask(Request(f"a{n}", 7, "age", "-"), NIGHT + n * SECOND)
            requests.ask(Request("b", 8, "age", "-"), NIGHT + 100 * SECOND)
            assert [event["id"] for event in await told(client, 2)] == ["a0", "b"]

    asyncio.run(scenario())


def test_two_processes_ask_once(redis):
    async def scenario():
        async with process(redis.address) as (one, client), process(redis.address) as (other, _):
            one.ask(Request("one", 7, "age", "-"), NIGHT)
            await told(client, 1)
            other.ask(Request("other", 7, "age", "-"), NIGHT)
            other.ask(Request("last", 8, "age", "-"), NIGHT)
            assert [event["id"] for event in await told(client, 2)] == ["one", "last"]

    asyncio.run(scenario())


def test_after_five_minutes_it_is_asked_again(redis):
    async def scenario():
        async with process(redis.address) as (requests, client):
            requests.ask(Request("first", 7, "age", "-"), NIGHT)
            await told(client, 1)
            assert 0 < await client.ttl("asked:7") <= QUIET / SECOND
            await client.delete("asked:7")  # as Redis does by then
            requests.ask(Request("soon", 7, "age", "-"), NIGHT + QUIET)
            requests.ask(Request("later", 7, "age", "-"), NIGHT + QUIET + SECOND)
            assert [event["id"] for event in await told(client, 2)] == ["first", "later"]

    asyncio.run(scenario())


def test_what_is_asked_while_redis_is_away_is_sent_when_it_is_back(start, tmp_path, monkeypatch):
    monkeypatch.setattr(recommendation_requests, "PAUSE_SECONDS", 0.05)
    settings = RedisSettings(port=free_port())

    async def scenario():
        async with process(settings.address) as (requests, client):
            for user_id in (7, 8, 7):
                requests.ask(Request(f"of {user_id}", user_id, "model", "-"), NIGHT)
            await asyncio.sleep(0.2)
            server = await asyncio.to_thread(start, servers.redis(settings, tmp_path))
            assert [event["user_id"] for event in await told(client, 2)] == [7, 8]
            server.terminate()
            server.wait()

    asyncio.run(scenario())
