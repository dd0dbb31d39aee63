"""MongoDB as a replica set of one, which is what transactions need."""

from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from infra.errors import ServerUnreachable
from infra.local.probes import LOOPBACK, wait_until

NAME = "rs0"
NOT_YET_INITIALIZED = 94
ELECTION_SECONDS = 30.0


def initiate(port: int) -> None:
    """Make the mongod at `port` the primary of its own replica set and wait until it takes writes.

    Safe to repeat. A data folder that was last served at another port is taken over.
    Raises ServerUnreachable when no primary is elected.
    """
    with MongoClient[dict[str, Any]](LOOPBACK, port, directConnection=True) as client:
        configure(client.admin, f"{LOOPBACK}:{port}")
        if not wait_until(lambda: client.admin.command("hello")["isWritablePrimary"], ELECTION_SECONDS):
            raise ServerUnreachable(
                f"mongod at {LOOPBACK}:{port} did not become primary within {ELECTION_SECONDS:.0f} s: see its log"
            )


def configure(admin: Database[dict[str, Any]], host: str) -> None:
    """Make the server behind `admin` the one member of the set, known to clients as `host`; safe to repeat."""
    member = {"_id": 0, "host": host}
    try:
        current = admin.command("replSetGetConfig")["config"]
    except OperationFailure as refusal:
        if refusal.code != NOT_YET_INITIALIZED:
            raise
        admin.command("replSetInitiate", {"_id": NAME, "members": [member]})
        return
    if current["members"][0]["host"] != host:
        moved = {**current, "version": current["version"] + 1, "members": [member]}
        admin.command("replSetReconfig", moved, force=True)
