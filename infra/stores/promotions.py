"""The promotion log: every decision about a champion, refusals too, appended and never changed.

    promotions       at, registered_name, verdict, reason, who, live, and what the decision was made by
    serving_state    the document CHAMPION: `models` names the live version of each registered model

`live` is what is champion after the decision: `{"name": "als", "version": 3}`, or null before there is one.
"""

import os
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Self

from pymongo import ASCENDING, DESCENDING
from pymongo.client_session import ClientSession

from infra.stores.generation_layout import CHAMPION, SERVING_STATE
from infra.stores.mongodb import Document, answering, connect

PROMOTIONS = "promotions"

NEWEST_FIRST = [("at", DESCENDING), ("_id", DESCENDING)]

Announce = Callable[[str, Mapping[str, Any]], None]
"""Told the registered name and what is live of it from now on."""


def to_nobody(registered_name: str, live: Mapping[str, Any]) -> None:
    """Announce nothing."""


class PromotionLog:
    """The log of one database. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, address: str, database: str, announce: Announce = to_nobody) -> None:
        self._address = address
        self._announce = announce
        self._client = connect(address)
        self._entries = self._client[database][PROMOTIONS]
        self._serving_state = self._client[database][SERVING_STATE]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ensure_indexes(self) -> None:
        """Create the index behind "the newest of this registered model"; safe to repeat."""
        with answering(self._address):
            self._entries.create_index([("registered_name", ASCENDING), *NEWEST_FIRST])

    def append(
        self, registered_name: str, live: Mapping[str, Any] | None, who: str, decision: Mapping[str, Any]
    ) -> None:
        """Write down a decision, made now, and what is live after it, in one transaction; then announce a change."""
        entry = {"at": datetime.now(UTC), "registered_name": registered_name, "live": live, "who": who, **decision}

        def write(session: ClientSession) -> Document | None:
            self._entries.insert_one(dict(entry), session=session)
            now_live = {"$set": {f"models.{registered_name}": live}}
            return self._serving_state.find_one_and_update({"_id": CHAMPION}, now_live, upsert=True, session=session)

        with answering(self._address), self._client.start_session() as session:
            before = (session.with_transaction(write) or {}).get("models", {})
        if live and before.get(registered_name) != live:
            self._announce(registered_name, live)

    def newest(self, registered_name: str, at: datetime | None = None) -> Document | None:
        """Return the last decision, or the last up to a moment; its `live` was champion then. None before the first."""
        made = {"registered_name": registered_name, **({"at": {"$lte": at}} if at else {})}
        with answering(self._address):
            return self._entries.find_one(made, sort=NEWEST_FIRST)

    def came_to_be(self, registered_name: str, version: int, at: datetime) -> Document | None:
        """Return the decision by which a version that was live at a moment had come to be so."""
        others = {"registered_name": registered_name, "at": {"$lte": at}, "live.version": {"$ne": version}}
        with answering(self._address):
            last_other = self._entries.find_one(others, sort=NEWEST_FIRST)
            after = {"$gt": last_other["at"]} if last_other else {"$lte": at}
            mine = {"registered_name": registered_name, "live.version": version, "at": after}
            return self._entries.find_one(mine, sort=[("at", ASCENDING), ("_id", ASCENDING)])

    def live_before(self, registered_name: str, version: int) -> Document | None:
        """Return what was live last before that version was, None if nothing was."""
        others = {"registered_name": registered_name, "live.version": {"$nin": [version, None]}}
        with answering(self._address):
            entry = self._entries.find_one(others, sort=NEWEST_FIRST)
        return entry["live"] if entry else None


def this_person() -> str:
    """Return who is at the keyboard, such as `ada@laptop`."""
    return f"{os.environ.get('USER', os.getuid())}@{socket.gethostname()}"
