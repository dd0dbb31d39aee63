"""Everything users ever did that their lists depend on, for many users at a time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pymongo.asynchronous.database import AsyncDatabase

from infra.stores.mongodb import Document, doing
from infra.stores.recent_interactions import KINDS
from infra.stores.user_layout import PLACES, Kind


class Done(NamedTuple):
    """One thing a user did; `rating`, 0.5 to 5, goes with ratings only."""

    user_id: int
    kind: Kind
    movie_id: int
    rating: float | None
    happened_at: datetime


async def read_histories(database: AsyncDatabase[Document], user_ids: Sequence[int]) -> list[Done]:
    """Return all that these users rated, watched or hid and did not undo; raises ServerUnreachable."""

    async def read(kind: Kind) -> list[Done]:
        time = PLACES[kind].time
        shown = {"_id": False, "user_id": True, "movie_id": True, "rating": True, time: True}
        found = database[PLACES[kind].collection].find({"user_id": {"$in": list(user_ids)}}, shown)
        return [Done(row["user_id"], kind, row["movie_id"], row.get("rating"), row[time]) async for row in found]

    with doing():
        return [done for each in await asyncio.gather(*map(read, KINDS)) for done in each]
