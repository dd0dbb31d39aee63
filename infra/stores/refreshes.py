"""What has happened since lists were refreshed last, between two nights.

serving_state    the document REFRESHED: `until`, `generation` and `n_deleted`, as a refresh found them
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from pymongo.asynchronous.database import AsyncDatabase

from infra.stores.generation_layout import GENERATIONS, POINTER, SERVING_STATE, Content
from infra.stores.histories import Done
from infra.stores.mongodb import Document, doing
from infra.stores.user_layout import DELETED_USERS, PLACES, USERS, Kind

REFRESHED = "refreshed"

SETTLING = timedelta(minutes=1)
"""What was done is in MongoDB after this time, whichever machine's clock it was dated by."""

Database = AsyncDatabase[Document]


class Moment(NamedTuple):
    """What a refresh has before it: all that was done before `until`, in a generation, with so many accounts gone."""

    until: datetime
    generation: str | None
    n_deleted: int


async def look(database: Database, until: datetime) -> Moment:
    """Return how things stand; raises ServerUnreachable."""
    with doing():
        pointer = await database[SERVING_STATE].find_one({"_id": POINTER})
        n_deleted = await database[DELETED_USERS].estimated_document_count()
    return Moment(until, (pointer or {}).get("generation"), n_deleted)


async def is_news(database: Database, now: Moment) -> bool:
    """Tell whether anything is different from what the last refresh found; before a first generation, nothing is."""
    if now.generation is None:
        return False
    with doing():
        last = await database[SERVING_STATE].find_one({"_id": REFRESHED})
        if not last or (last["generation"], last["n_deleted"]) != (now.generation, now.n_deleted):
            return True
        return await database[USERS].find_one({"last_interaction_at": {"$gte": last["until"]}}) is not None


async def remember(database: Database, done: Moment) -> None:
    """Write down that a refresh is over."""
    with doing():
        await database[SERVING_STATE].replace_one({"_id": REFRESHED}, done._asdict(), upsert=True)


async def users_behind(database: Database, generation: str) -> list[int]:
    """Return the users who did something after their list in a generation was made, or who have none.

    A list that does not say when it was made knows nothing that was done on the day of its snapshot, or later.
    """
    with doing():
        published = await database[GENERATIONS].find_one({"_id": generation})
        day = date.fromisoformat((published or {})["snapshot_date"])
        acted = await _acted_since(database, datetime.combine(day, time(), UTC))
        shown = {"generated_at": True}
        lists = database[Content.USER_LISTS.of(generation)].find({"_id": {"$in": list(acted)}}, shown)
        made_at = {each["_id"]: each.get("generated_at") async for each in lists}
    return [user_id for user_id, moment in acted.items() if not (at := made_at.get(user_id)) or at < moment]


async def rated_between(database: Database, since: datetime, until: datetime) -> list[Done]:
    """Return the ratings that were given from one moment until before another, and still stand."""
    place = PLACES[Kind.RATING]
    with doing():
        acted = await _acted_since(database, since)
        wanted = {"user_id": {"$in": list(acted)}, place.time: {"$gte": since, "$lt": until}}
        found = database[place.collection].find(wanted, sort={"_id": 1})
        return [
            Done(each["user_id"], Kind.RATING, each["movie_id"], each["rating"], each[place.time])
            async for each in found
        ]


async def deleted_users(database: Database) -> list[int]:
    """Return the ids of everyone who deleted their account."""
    with doing():
        return [each["_id"] async for each in database[DELETED_USERS].find()]


async def _acted_since(database: Database, moment: datetime) -> dict[int, datetime]:
    """Return when each user did something last, of those who did since a moment and are not gone."""
    gone = set(await deleted_users(database))
    acted = database[USERS].find({"last_interaction_at": {"$gte": moment}})
    return {each["_id"]: each["last_interaction_at"] async for each in acted if each["_id"] not in gone}
