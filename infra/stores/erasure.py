"""Removing people: from every collection, stream and key, so that nothing but their freed ids is left."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import LastProfile, NotAllowed, ServerUnreachable
from infra.stores.events import EventStore
from infra.stores.mongodb import Document, doing, in_transaction
from infra.stores.user_layout import (
    ACCOUNTS,
    DELETED_USERS,
    IDEMPOTENCY_KEYS,
    OUTBOX,
    PLACES,
    PROFILES,
    REPORTS,
    REVIEWS,
    SESSIONS,
    USERS,
)
from infra.stores.user_lists import list_collections, remove_lists

PATIENCE_SECONDS = 5.0  # the turns of the relay are much shorter
TURN_SECONDS = 60.0  # enough to look through streams of a million entries

NAMED_BY_ID = (PROFILES, USERS)
NAMED_BY_USER = (*(place.collection for place in PLACES.values()), OUTBOX, IDEMPOTENCY_KEYS)


Steps = Callable[[Sequence[str], AsyncClientSession], Awaitable[tuple[list[int], dict[str, int]]]]
"""Remove documents, those of these collections of lists too; return whose and how many by collection."""


class Eraser:
    """Takes people out of one database and one Redis."""

    def __init__(self, database: AsyncDatabase[Document], events: EventStore) -> None:
        self._database = database
        self._events = events

    async def erase_account(self, account_id: str) -> dict[str, int]:
        """Remove an account and its profiles; return how many documents, stream entries and keys went from where.

        Raises ServerUnreachable.
        """

        async def steps(lists: Sequence[str], session: AsyncClientSession) -> tuple[list[int], dict[str, int]]:
            user_ids = await self._user_ids(account_id, session)
            of_account: dict[str, Document] = {ACCOUNTS: {"_id": account_id}, SESSIONS: {"account_id": account_id}}
            return user_ids, await self._remove(user_ids, lists, of_account, session)

        with doing():
            user_ids = await self._user_ids(account_id)
        return await self._erase(user_ids, steps)

    async def erase_profile(self, account_id: str, user_id: int) -> dict[str, int]:
        """Remove one profile of an account and everything of it; return the same as for an account.

        Raises NotAllowed for a profile that the account does not have, LastProfile, and ServerUnreachable.
        """

        async def steps(lists: Sequence[str], session: AsyncClientSession) -> tuple[list[int], dict[str, int]]:
            one_less = {"$inc": {"n_profiles": -1}}  # and of two who do this at the same time, one has to look again
            await self._database[ACCOUNTS].update_one({"_id": account_id}, one_less, session=session)
            _require_one_of_several(user_id, await self._user_ids(account_id, session))
            return [user_id], await self._remove([user_id], lists, {}, session)

        with doing():
            _require_one_of_several(user_id, await self._user_ids(account_id))
        return await self._erase([user_id], steps)

    async def _erase(self, user_ids: Sequence[int], steps: Steps) -> dict[str, int]:
        """Take users out of everything.

        The documents go in one transaction, which leaves the freed user ids in `deleted_users`. Redis is cleaned
        before, so that nothing is removed while it is away, and after, of what was cached meanwhile; nobody moves
        events between the two.
        """
        lists = await list_collections(self._database)
        async with self._events.turn(PATIENCE_SECONDS, TURN_SECONDS) as is_ours:
            if not is_ours:
                raise ServerUnreachable("events are being moved: try again in a few seconds, which is safe")
            removed = Counter(await self._events.forget(user_ids))
            user_ids, documents = await in_transaction(self._database, lambda session: steps(lists, session))
            removed.update(documents)
            await remove_lists(self._database, user_ids)  # a worker or a publication may have written one meanwhile
            removed.update(await self._events.forget(user_ids))
        return dict(removed)

    async def _user_ids(self, account_id: str, session: AsyncClientSession | None = None) -> list[int]:
        profiles = self._database[PROFILES].find({"account_id": account_id}, {"_id": True}, session=session)
        return [profile["_id"] async for profile in profiles]

    async def _remove(
        self,
        user_ids: Sequence[int],
        lists: Sequence[str],
        more: Mapping[str, Document],
        session: AsyncClientSession,
    ) -> dict[str, int]:
        """Remove all documents of these users, and `more` by collection; return how many of each collection."""
        theirs = {"user_id": {"$in": user_ids}}
        by_id = {"_id": {"$in": user_ids}}
        reviews = self._database[REVIEWS].find(theirs, {"review_id": True}, session=session)
        review_ids = [review["review_id"] async for review in reviews]
        filters: dict[str, Document] = {
            **dict.fromkeys((*NAMED_BY_ID, *lists), by_id),
            **dict.fromkeys(NAMED_BY_USER, theirs),
            REPORTS: {"$or": [theirs, {"review_id": {"$in": review_ids}}]},
            **more,
        }
        removed = {}
        for name, which in filters.items():
            result = await self._database[name].delete_many(which, session=session)
            removed[name] = result.deleted_count
        for user_id in user_ids:
            await self._database[DELETED_USERS].insert_one({"_id": user_id}, session=session)
        return removed


def _require_one_of_several(user_id: int, user_ids: Sequence[int]) -> None:
    if user_id not in user_ids:
        raise NotAllowed(f"profile {user_id} is not one of this account's: it has {', '.join(map(str, user_ids))}")
    if len(user_ids) == 1:
        raise LastProfile("an account has one profile at least: delete the account instead")
