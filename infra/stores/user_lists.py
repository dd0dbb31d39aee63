"""The lists of users in the generation in force, as they are renewed one by one between publications."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import ReplaceOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from infra.stores.events import EventStore
from infra.stores.generation_documents import read_models
from infra.stores.generation_layout import CHAMPION, POINTER, SERVING_STATE, Content, begun_at, generation_of
from infra.stores.list_cache import ListCache
from infra.stores.mongodb import DUPLICATE_KEY, Document, doing
from infra.stores.ranked_movies import ModelVersion, RankedMovies
from infra.stores.user_layout import DELETED_USERS


class InForce(NamedTuple):
    """The generation readers are pointed at, and the champions by role, as MongoDB says now."""

    generation: str | None
    champions: Mapping[str, ModelVersion]


class UserLists:
    """The lists of one database, and their copies in Redis.

    Everything here raises ServerUnreachable when one of them does not answer.
    """

    def __init__(self, database: AsyncDatabase[Document], cache: ListCache, events: EventStore) -> None:
        self._database = database
        self._cache = cache
        self._events = events

    async def in_force(self) -> InForce:
        """Look at the pointer and the champions."""
        with doing():
            found = self._database[SERVING_STATE].find({"_id": {"$in": [POINTER, CHAMPION]}})
            state = {document["_id"]: document async for document in found}
        return InForce(state.get(POINTER, {}).get("generation"), read_models(state.get(CHAMPION)))

    async def write(self, generation: str, lists: Mapping[int, RankedMovies]) -> None:
        """Put lists in force, in MongoDB, then in Redis, and announce them; each has its `generated_at`.

        A list never replaces one of a later `generated_at`, so it does not matter which of several workers is faster,
        and doing it again changes nothing.
        """
        written = {user_id: lists[user_id] for user_id in await self._record(generation, lists)}
        await self._cache.renew_lists(generation, written)

    async def remove_deleted(self, user_ids: Sequence[int]) -> None:
        """Remove every trace of those who deleted their account.

        To be called after `write`: a deletion meanwhile has either seen what was written, or is seen here.
        """
        with doing():
            found = self._database[DELETED_USERS].find({"_id": {"$in": list(user_ids)}})
            deleted = [document["_id"] async for document in found]
        await self.forget(deleted)

    async def forget(self, user_ids: Sequence[int]) -> None:
        """Remove lists of users, of whichever generation, and all that Redis keeps of them."""
        if user_ids:
            await remove_lists(self._database, user_ids)
            await self._events.forget(user_ids)

    async def older_than(self, moment: datetime) -> list[int]:
        """Return the users whose list in the generation in force was made before a moment."""
        generation = (await self.in_force()).generation
        if generation is None:
            return []
        is_older: Document = {"generated_at": {"$lt": moment}}
        if begun_at(generation) < moment:
            is_older = {"$or": [is_older, {"generated_at": None}]}
        with doing():
            found = self._database[Content.USER_LISTS.of(generation)].find(is_older, {"_id": True})
            return [document["_id"] async for document in found]

    async def _record(self, generation: str, lists: Mapping[int, RankedMovies]) -> list[int]:
        """Return the users whose list MongoDB took."""
        collection = self._database[Content.USER_LISTS.of(generation)]
        wanted = list(lists)
        refused: list[int] = []
        for _ in range(2):  # an insert that lost a race against another is refused too: then there is one to compare to
            with doing():
                try:
                    operations = [_replace(user_id, lists[user_id]) for user_id in refused or wanted]
                    await collection.bulk_write(operations, ordered=False)
                    return wanted
                except BulkWriteError as error:
                    refused = _refused(error, refused or wanted)
        return [user_id for user_id in wanted if user_id not in refused]


async def list_collections(database: AsyncDatabase[Document]) -> list[str]:
    """Return the collections of users' lists, of every generation kept or in the making."""
    with doing():
        names = await database.list_collection_names()
    return [name for name in names if generation_of(name) and name.startswith(Content.USER_LISTS)]


async def remove_lists(database: AsyncDatabase[Document], user_ids: Sequence[int]) -> None:
    """Remove the lists of users from every generation kept or in the making; raises ServerUnreachable."""
    for name in await list_collections(database):
        with doing():
            await database[name].delete_many({"_id": {"$in": list(user_ids)}})


def _replace(user_id: int, ranked: RankedMovies) -> ReplaceOne[Document]:
    no_later: Document = {"_id": user_id, "generated_at": {"$not": {"$gt": ranked.generated_at}}}
    return ReplaceOne(no_later, _document(ranked), upsert=True)


def _document(ranked: RankedMovies) -> dict[str, Any]:
    model = {"name": ranked.model.name, "version": ranked.model.version} if ranked.model else None
    return {
        "movie_ids": ranked.movie_ids,
        "scores": ranked.scores,
        "sources": dict(ranked.sources),
        "generated_at": ranked.generated_at,
        "source": ranked.source,
        "model": model,
    }


def _refused(error: BulkWriteError, user_ids: Sequence[int]) -> list[int]:
    failures = (error.details or {}).get("writeErrors", [])
    if not failures or any(failure["code"] != DUPLICATE_KEY for failure in failures):
        raise error
    return [user_ids[failure["index"]] for failure in failures]
