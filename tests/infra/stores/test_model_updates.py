import asyncio
import json
import logging

from infra.stores.model_updates import STREAM, announce
from infra.stores.redis import connect
from tests.conftest import free_port

ALS = {"name": "als", "version": 3}


def test_another_champion_is_told_on_the_stream(redis):
    async def told():
        async with connect(redis.address, as_text=True) as client:
            return [json.loads(fields["event"]) for _, fields in await client.xrange(STREAM)]

    announce(redis.address, "recommender", ALS)
    announce(redis.address, "recommender", ALS)

    first, second = asyncio.run(told())
    assert first.pop("id") != second.pop("id")
    assert first == second == {"registered_name": "recommender", "model": "als", "version": 3}


def test_a_redis_that_is_away_is_no_error_and_is_told(caplog):
    with caplog.at_level(logging.WARNING):
        announce(f"redis://127.0.0.1:{free_port()}/0", "recommender", ALS)

    assert "nobody is told that als version 3 is champion" in caplog.text
