"""A stream in a real Redis, and consumers of it, for tests of both."""

import asyncio

from infra.stores.redis import connect
from infra.stores.streams import Consumer

AT_ONCE, LATER = 0.0, 3_600.0


class Wishes:
    """The stream `wishes`, and who reads it."""

    def __init__(self, client):
        self.client = client

    async def tell(self, *events):
        for event in events:
            await self.client.xadd("wishes", {"event": event})

    def consumer(self, retry_seconds=LATER, group="worker"):
        return Consumer(self.client, group, ["wishes"], retry_seconds)

    async def left(self):
        return [fields["event"] for _, fields in await self.client.xrange("wishes")]

    async def pending(self, group="worker"):
        return (await self.client.xpending("wishes", group))["pending"]


def run(redis, scenario):
    async def within():
        async with connect(redis.address, as_text=True) as client:
            await scenario(Wishes(client))

    asyncio.run(within())


def texts(events):
    return [event.text for event in events]
