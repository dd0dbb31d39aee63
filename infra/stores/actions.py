"""What the batch learns of people: all they did, written to a file like an archive's, and who is gone."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Self

from pymongo.client_session import ClientSession

from infra.stores.mongodb import Document, answering, connect
from infra.stores.user_layout import DELETED_USERS, FIRST_PROFILE_USER_ID, PLACES, Kind

HEADER = ("userId", "movieId", "kind", "rating", "timestamp")

EXPORTED = (Kind.RATING, Kind.WATCH, Kind.BOOKMARK, Kind.HIDE)
"""What says something about a user and a movie; reviews and reports are words for people."""


class ActionStore:
    """What users did, in one database. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, address: str, database: str) -> None:
        self._address = address
        self._client = connect(address)
        self._database = self._client[database]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def export(self, path: Path, before: datetime) -> None:
        """Write what profiles did before a moment, and did not undo, as CSV; times are seconds with three decimals.

        All is read as of one moment, so of an account that is deleted meanwhile the file holds everything or nothing;
        deleted users whom a restored backup brought back are left out. The same documents give the same bytes. Broken
        off, it leaves no file at `path`.
        """
        draft = path.with_suffix(".part")
        with (
            answering(self._address),
            self._client.start_session(snapshot=True) as moment,
            draft.open("w", newline="") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(HEADER)
            deleted = self._deleted_users(moment)
            for kind in EXPORTED:
                writer.writerows(self._rows(kind, before, deleted, moment))
        draft.rename(path)

    def deleted_users(self) -> list[int]:
        """Return the ids of everyone who deleted their account, in ascending order."""
        with answering(self._address):
            return self._deleted_users()

    def _deleted_users(self, session: ClientSession | None = None) -> list[int]:
        return [user["_id"] for user in self._database[DELETED_USERS].find(sort={"_id": 1}, session=session)]

    def _rows(
        self, kind: Kind, before: datetime, deleted: list[int], session: ClientSession
    ) -> Iterator[tuple[object, ...]]:
        place = PLACES[kind]
        wanted: Document = {
            "user_id": {"$gte": FIRST_PROFILE_USER_ID, "$nin": deleted},
            place.time: {"$lt": before},
        }
        for action in self._database[place.collection].find(wanted, sort={"_id": 1}, session=session):
            seconds = f"{action[place.time].timestamp():.3f}"
            yield action["user_id"], action.get("movie_id"), kind, action.get("rating"), seconds
