"""What users do with movies: each thing is one transaction that keeps it and leaves word in the outbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import KeyReused, NotAllowed
from infra.logs import NO_REQUEST
from infra.stores.mongodb import Document, doing, in_transaction
from infra.stores.reviews import no_review
from infra.stores.user_layout import IDEMPOTENCY_KEYS, OUTBOX, PLACES, REPORTS, REVIEWS, USERS, Kind

KEY_LIFETIME = timedelta(days=1)
"""How long a request is known again by its idempotency key."""

CLOCK_STEP = timedelta(milliseconds=1)  # the finest MongoDB keeps


@dataclass(frozen=True)
class Action:
    """A wish of a user: to keep `content` about a movie, or to remove what was kept when there is none.

    The same wish in another request, `request_id`, is the same wish.
    """

    user_id: int
    kind: Kind
    movie_id: int
    now: datetime
    content: Mapping[str, Any] | None = field(default_factory=dict)
    review_id: str | None = None
    key: str | None = None
    request_id: str = NO_REQUEST

    @property
    def document_id(self) -> str:
        """What there is one document of: a user and a movie, or for a report, a user and a review."""
        return f"{self.user_id}-{self.review_id or self.movie_id}"

    @property
    def digest(self) -> str:
        """The same for two requests that ask for the same."""
        content = None if self.content is None else dict(self.content)
        return sha256(json.dumps([self.kind, self.document_id, content]).encode()).hexdigest()


class InteractionStore:
    """What users did, in one database. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._keys = database[IDEMPOTENCY_KEYS]

    async def do(self, action: Action) -> Document | None:
        """Keep or remove, and leave word of it; return what is kept then, or was removed, or None if nothing was there.

        What changes nothing leaves no word. The same key with the same wish returns what it returned before, whatever
        happened since. A review that is removed takes its reports along. Raises KeyReused for another wish, NotAllowed
        for a user who is gone, and NoSuchReview for a report of a review that is.
        """

        async def steps(session: AsyncClientSession) -> Document | None:
            if action.key:
                known = await self._keys.find_one({"_id": f"{action.user_id}-{action.key}"}, session=session)
                if known and known["expires_at"] > action.now:
                    return _as_before(known, action)
            document = await self._change(action, session)
            if action.key:
                await self._remember(action, document, session)
            return document

        return await in_transaction(self._database, steps)

    async def page(self, kind: Kind, user_id: int, offset: int, limit: int) -> tuple[int, list[Document]]:
        """Return how many things of a kind a user did that still stand, and some of them, newest first."""
        of_user = {"user_id": user_id}
        newest_first = {PLACES[kind].time: -1, "_id": 1}
        with doing():
            collection = self._database[PLACES[kind].collection]
            found = collection.find(of_user, sort=newest_first, skip=offset, limit=limit)
            return await collection.count_documents(of_user), await found.to_list()

    async def _change(self, action: Action, session: AsyncClientSession) -> Document | None:
        collection = self._database[PLACES[action.kind].collection]
        kept = await collection.find_one({"_id": action.document_id}, session=session)
        if action.content is None:
            if kept:
                await self._leave_word(action, session)
                await collection.delete_one({"_id": action.document_id}, session=session)
            if kept and action.kind is Kind.REVIEW:
                await self._database[REPORTS].delete_many({"review_id": kept["review_id"]}, session=session)
            return kept
        if kept and all(kept[name] == value for name, value in action.content.items()):
            return kept
        if action.kind is Kind.REPORT:
            await self._note_report(action, session)
        happened_at = await self._leave_word(action, session)
        document = _document(action, kept, happened_at)
        await collection.replace_one({"_id": action.document_id}, document, upsert=True, session=session)
        return document

    async def _note_report(self, action: Action, session: AsyncClientSession) -> None:
        """Write the review too, so of its removal and a report at the same time, the second sees the first."""
        of_review = {"review_id": action.review_id}
        one_more = {"$inc": {"n_times_reported": 1}}
        result = await self._database[REVIEWS].update_one(of_review, one_more, session=session)
        if result.matched_count == 0:
            raise no_review(action.review_id)

    async def _leave_word(self, action: Action, session: AsyncClientSession) -> datetime:
        """Number the action among its user's and put it into the outbox; return its time.

        Every action of a user writes the user's one document, so theirs happen one after the other, and their times
        grow whatever the clocks of several machines say.
        """
        users = self._database[USERS]
        user = await users.find_one({"_id": action.user_id}, session=session)
        if user is None:
            raise NotAllowed(f"profile {action.user_id} no longer exists")
        number, last = user["n_interactions"] + 1, user["last_interaction_at"]
        now = action.now.replace(microsecond=action.now.microsecond // 1000 * 1000)
        happened_at = max(now, last + CLOCK_STEP) if last else now
        counted = {"$set": {"n_interactions": number, "last_interaction_at": happened_at}}
        await users.update_one({"_id": action.user_id}, counted, session=session)
        word = {
            "_id": f"{action.user_id}-{number}",
            "user_id": action.user_id,
            "movie_id": action.movie_id,
            "kind": action.kind,
            "rating": (action.content or {}).get("rating"),
            "is_removed": action.content is None,
            "happened_at": happened_at,
            "request_id": action.request_id,
        }
        await self._database[OUTBOX].insert_one(word, session=session)
        return happened_at

    async def _remember(self, action: Action, document: Document | None, session: AsyncClientSession) -> None:
        remembered = {
            "_id": f"{action.user_id}-{action.key}",
            "user_id": action.user_id,
            "asked": action.digest,
            "document": document,
            "expires_at": action.now + KEY_LIFETIME,
        }
        await self._keys.replace_one({"_id": remembered["_id"]}, remembered, upsert=True, session=session)


def _document(action: Action, kept: Document | None, happened_at: datetime) -> Document:
    document = {
        "_id": action.document_id,
        "user_id": action.user_id,
        "movie_id": action.movie_id,
        **(action.content or {}),
        PLACES[action.kind].time: happened_at,
    }
    if action.kind is Kind.REPORT:
        document["review_id"] = action.review_id
    if action.kind is Kind.REVIEW:
        document["review_id"] = kept["review_id"] if kept else str(ObjectId())
    return document


def _as_before(known: Document, action: Action) -> Document | None:
    if known["asked"] != action.digest:
        raise KeyReused(
            f"the idempotency key '{action.key}' was used for another request before: send a key of its own with each"
        )
    document: Document | None = known["document"]
    return document
