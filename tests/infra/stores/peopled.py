"""A database with people in it, for tests of what they do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from infra.settings import MongodbSettings, RedisSettings
from infra.stores import mongodb
from infra.stores.accounts import Account, AccountStore
from infra.stores.events import INTERACTIONS, EventStore, Interaction
from infra.stores.interactions import InteractionStore
from infra.stores.outbox import Outbox
from infra.stores.redis import connect
from infra.stores.user_layout import ensure_indexes
from tests.publication import NIGHT


@dataclass
class Peopled:
    """The stores, and the first profile of an account."""

    database: AsyncDatabase[dict[str, Any]]
    redis: Redis
    accounts: AccountStore
    interactions: InteractionStore
    events: EventStore
    outbox: Outbox
    account: Account
    user_id: int

    @property
    def account_id(self) -> str:
        return self.account.id

    async def told(self) -> list[Interaction]:
        """Return what is in the stream."""
        return [Interaction.from_entry(fields) for _, fields in await self.redis.xrange(INTERACTIONS)]

    async def waiting(self) -> list[str]:
        """Return the ids of what is in the outbox, oldest first."""
        return [word["_id"] async for word in self.database["outbox"].find(sort={"happened_at": 1})]


@asynccontextmanager
async def peopled(server: MongodbSettings, redis: RedisSettings) -> AsyncIterator[Peopled]:
    """Open the stores, with somebody who has an account."""
    async with (
        mongodb.connect_async(server.address, timeout_ms=20_000) as client,
        connect(redis.address, as_text=True) as connection,
    ):
        database = client[server.database]
        await ensure_indexes(database)
        accounts, told = AccountStore(database), EventStore(connection)
        account = await accounts.register("ada", "a hash", "Ada", NIGHT)
        (profile,) = await accounts.profiles(account.id)
        outbox, interactions = Outbox(database, told), InteractionStore(database)
        yield Peopled(database, connection, accounts, interactions, told, outbox, account, profile.user_id)
