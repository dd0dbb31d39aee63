"""What a user did last that bears on lists: ratings, views, and what was hidden."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from infra.stores.user_layout import PLACES, Kind

N_LATEST = 500
"""So many ratings and views are read; what lies further back has been left out of the lists themselves.

All that was hidden is read: it is never shown again, whichever list fills up another.
"""

KINDS = (Kind.RATING, Kind.WATCH, Kind.HIDE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing a user did; `rating`, 0.5 to 5, goes with ratings only."""

    kind: Kind
    movie_id: int
    happened_at: AwareDatetime
    rating: float | None = None


INTERACTIONS = TypeAdapter(Interaction)


async def read_recent_interactions(
    database: AsyncDatabase[dict[str, Any]], user_ids: Sequence[int]
) -> dict[int, tuple[Interaction, ...]]:
    """Return each user's latest N_LATEST ratings and views and everything hidden, newest first, in one question.

    A document that is no interaction is left out, and said in the log.
    """
    first, *others = KINDS
    united = [{"$unionWith": {"coll": PLACES[kind].collection, "pipeline": _latest(kind, user_ids)}} for kind in others]
    cursor = await database[PLACES[first].collection].aggregate([*_latest(first, user_ids), *united])
    done: dict[int, list[Interaction]] = {user_id: [] for user_id in user_ids}
    async for of_kind in cursor:
        done[of_kind["_id"]] += _valid(of_kind["_id"], of_kind["latest"])
    return {user_id: tuple(interactions) for user_id, interactions in done.items()}


def _latest(kind: Kind, user_ids: Sequence[int]) -> list[dict[str, Any]]:
    time = PLACES[kind].time
    shown = {"kind": {"$literal": kind.value}, "movie_id": "$movie_id", "rating": "$rating", "happened_at": f"${time}"}
    read = {"$push": shown} if kind is Kind.HIDE else {"$firstN": {"n": N_LATEST, "input": shown}}
    return [
        {"$match": {"user_id": {"$in": user_ids}}},
        {"$sort": {"user_id": ASCENDING, time: DESCENDING}},
        {"$group": {"_id": "$user_id", "latest": read}},
    ]


def _valid(user_id: int, documents: Sequence[dict[str, Any]]) -> Iterator[Interaction]:
    for document in documents:
        try:
            yield INTERACTIONS.validate_python(document)
        except ValidationError as error:
            log.warning("an interaction of user %d cannot be read and is left out: %s", user_id, error)
