"""The batch's line to MongoDB: short patience, and errors in words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure

from infra.errors import MachineUnfit, ServerUnreachable

Document = dict[str, Any]

PATIENCE_MS = 5_000


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
