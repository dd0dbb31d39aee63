"""The line to MongoDB: short patience, and errors in words."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pymongo
from pymongo import AsyncMongoClient, MongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, PyMongoError

from infra.errors import MachineUnfit, ServerUnreachable

Document = dict[str, Any]

PATIENCE_MS = 5_000
READING_MS = 10_000
DUPLICATE_KEY = 11000  # the code of an insert whose _id is there

T = TypeVar("T")


def connect(address: str) -> MongoClient[Document]:
    """Return a client whose times are aware and in UTC.

    Raises ServerUnreachable when the server does not answer within seconds, and MachineUnfit when it does but cannot
    do transactions.
    """
    client = MongoClient[Document](address, serverSelectionTimeoutMS=PATIENCE_MS, tz_aware=True)
    with answering(address):
        hello = client.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise MachineUnfit(
            f"MongoDB at {without_password(address)} is neither a replica set nor sharded, so nothing can be published "
            "in one step: start it with `--replSet rs0` and initiate it, or use the one of `make up`"
        )
    return client


def without_password(address: str) -> str:
    """Return a connection string as messages may show it."""
    return re.sub(r"//[^/@]*@", "//", address)


@contextmanager
def answering(address: str) -> Iterator[None]:
    """Turn a server that does not answer, or no longer does, into ServerUnreachable."""
    try:
        yield
    except ConnectionFailure as error:
        cause, *_ = str(error).split(" (configured timeouts")  # what follows is a screenful of topology
        raise ServerUnreachable(
            f"MongoDB does not answer at {without_password(address)} ({cause}): "
            "run `make up`, look at `make status`, or set MARQUEE_MONGODB__URL to a replica set that runs"
        ) from error


def connect_async(address: str, timeout_ms: int) -> AsyncMongoClient[Document]:
    """Return a client of the API, whose times are aware and in UTC; nothing it does takes longer than `timeout_ms`."""
    return AsyncMongoClient[Document](
        address,
        tz_aware=True,
        timeoutMS=timeout_ms,
        serverSelectionTimeoutMS=timeout_ms,
        connectTimeoutMS=timeout_ms,
    )


def read_once(address: str, database: str, read: Callable[[AsyncDatabase[Document]], Awaitable[T]]) -> T:
    """Return what `read` finds, over a line that is opened for it; not for use within an event loop."""

    async def read_and_close() -> T:
        async with connect_async(address, READING_MS) as client:
            return await read(client[database])

    return asyncio.run(read_and_close())


async def in_transaction(database: AsyncDatabase[Document], steps: Callable[[AsyncClientSession], Awaitable[T]]) -> T:
    """Do all of `steps` or nothing, again when another transaction was in the way; raises ServerUnreachable."""
    with doing(), pymongo.timeout(database.client.options.timeout):
        async with database.client.start_session() as session:
            return await session.with_transaction(steps)


@contextmanager
def doing() -> Iterator[None]:
    """Turn a MongoDB that does not answer in time into ServerUnreachable, in words for someone who calls the API."""
    try:
        yield
    except PyMongoError as error:
        is_away = isinstance(error, ConnectionFailure) or error.timeout
        if not (is_away or error.has_error_label("TransientTransactionError")):
            raise
        raise ServerUnreachable(
            "MongoDB does not answer, so this cannot be done now: try again in a few seconds, which is safe"
        ) from error
