"""What a user did last, as the API recorded it in MongoDB.

    ratings           user_id, movie_id, rating, rated_at
    watched_movies    user_id, movie_id, watched_at
    hidden_movies     user_id, movie_id, hidden_at

Each has an index on the user and the time.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pymongo import DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

N_LATEST = 500
"""So many of each kind are read; what lies further back has been left out of the lists themselves."""

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What a user can do to a movie."""

    RATING = "rating"
    WATCH = "watch"
    HIDE = "hide"


PLACES = {
    Kind.RATING: ("ratings", "rated_at"),
    Kind.WATCH: ("watched_movies", "watched_at"),
    Kind.HIDE: ("hidden_movies", "hidden_at"),
}


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing a user did; `rating`, 0.5 to 5, goes with ratings only."""

    kind: Kind
    movie_id: int
    happened_at: AwareDatetime
    rating: float | None = None


INTERACTIONS = TypeAdapter(Interaction)


async def read_recent_interactions(database: AsyncDatabase[dict[str, Any]], user_id: int) -> tuple[Interaction, ...]:
    """Return the latest N_LATEST interactions of each kind, newest first within a kind, in one question.

    A document that is no interaction is left out, and said in the log.
    """
    (first, _), *others = PLACES.values()
    pipelines = {place: _latest(kind, time, user_id) for kind, (place, time) in PLACES.items()}
    united = [{"$unionWith": {"coll": place, "pipeline": pipelines[place]}} for place, _ in others]
    cursor = await database[first].aggregate([*pipelines[first], *united])
    return tuple(_valid(user_id, await cursor.to_list()))


def _latest(kind: Kind, time: str, user_id: int) -> list[dict[str, Any]]:
    shown = {"_id": 0, "kind": {"$literal": kind.value}, "movie_id": 1, "rating": 1, "happened_at": f"${time}"}
    return [
        {"$match": {"user_id": user_id}},
        {"$sort": {time: DESCENDING}},
        {"$limit": N_LATEST},
        {"$project": shown},
    ]


def _valid(user_id: int, documents: Sequence[dict[str, Any]]) -> Iterator[Interaction]:
    for document in documents:
        try:
            yield INTERACTIONS.validate_python(document)
        except ValidationError as error:
            log.warning("an interaction of user %d cannot be read and is left out: %s", user_id, error)
