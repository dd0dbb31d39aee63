"""Moving the pointer: the steps of the transactions that put a generation in force, or return to the one before."""

from datetime import UTC, datetime
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from infra.errors import NoGeneration
from infra.stores.beginnings import NEWEST_FIRST
from infra.stores.generation_layout import GENERATIONS, POINTER, SERVING_STATE, State
from infra.stores.mongodb import Document

N_KEPT = 3
"""How many published generations stay, the one in force included: as far back as rollbacks can go."""


def becomes(state: State, why: str, **fields: Any) -> Document:
    """Return the change that takes a generation to a state."""
    return {"$set": {"state": state, f"{state}_at": datetime.now(UTC), "why": why, **fields}}


def put_in_force(database: Database[Document], generation: str, session: ClientSession) -> None:
    """Point at a generation that is published, and retire those beyond the last N_KEPT."""
    generations = database[GENERATIONS]
    published = generations.find({"state": State.PUBLISHED}, sort=NEWEST_FIRST, session=session)
    old = [document["_id"] for document in published.skip(N_KEPT)]
    retired = becomes(State.RETIRED, f"{N_KEPT} newer ones are published")
    generations.update_many({"_id": {"$in": old}}, retired, session=session)
    _point_at(database, generation, session)


def roll_back(database: Database[Document], place: str, why: str | None, session: ClientSession) -> tuple[str, str]:
    """Point at the published generation before the one in force, and retire that; return the one left and the other.

    Raises NoGeneration when none is in force, or no published one before it is kept; `place` is what it calls the
    database.
    """
    generations = database[GENERATIONS]
    pointer = database[SERVING_STATE].find_one({"_id": POINTER}, session=session)
    if pointer is None:
        raise NoGeneration(f"no generation is published in {place}: run `make publish`")
    left = pointer["generation"]
    earlier = {"state": State.PUBLISHED, "_id": {"$lt": left}}
    target = generations.find_one(earlier, sort=NEWEST_FIRST, session=session)
    if target is None:
        raise NoGeneration(
            f"nothing to return to in {place}: {left} is in force, and no published generation before it is kept; run "
            "`make publish` for a new one"
        )
    reached = target["_id"]
    retired = becomes(State.RETIRED, f"rolled back to {reached}: {why or 'no reason given'}")
    returned = {"returned_to": {"at": datetime.now(UTC), "from": left, "why": why}}
    generations.update_one({"_id": left}, retired, session=session)
    generations.update_one({"_id": reached}, {"$push": returned}, session=session)
    _point_at(database, reached, session)
    return left, reached


def _point_at(database: Database[Document], generation: str, session: ClientSession) -> None:
    moved = {"$set": {"generation": generation, "moved_at": datetime.now(UTC)}}
    database[SERVING_STATE].update_one({"_id": POINTER}, moved, upsert=True, session=session)
