"""How people and what they do lie in MongoDB; the API that writes and the batch that exports share it from here.

    accounts            _id, name, password_hash, role, n_profiles, n_sessions_begun, created_at
    refresh_tokens      _id of a session, account_id, newest_hash, expires_at
    profiles            _id user_id, account_id, name, created_at
    users               _id user_id, n_interactions, last_interaction_at
    watched_movies      _id `<user_id>-<movie_id>`, user_id, movie_id, watched_at
    ratings             the same, rating, rated_at
    bookmarks           the same, bookmarked_at
    hidden_movies       the same, hidden_at
    reviews             the same, review_id, text, reviewed_at, n_times_reported since then
    reports             _id `<user_id>-<review_id>`, user_id, movie_id, review_id, reason, reported_at
    outbox              _id `<user_id>-<n>`, an interaction that is still to be told to the stream `interactions`
    idempotency_keys    _id `<user_id>-<key>`, user_id, asked, document, expires_at
    deleted_users       _id user_id, and nothing else: no snapshot and no training may hold them again
    counters            _id `user_id`, n_given

`users` says nothing of who somebody is, so the batch need not read `accounts` or `profiles`. Times are in UTC.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from infra.stores.mongodb import Document, doing

FIRST_PROFILE_USER_ID = 1_000_000_000
"""Profiles are numbered from here. The largest MovieLens archive has 330,975 users, so no id of theirs is ever one of
ours, and a thousand million profiles still fit 32 bits."""

ACCOUNTS = "accounts"
SESSIONS = "refresh_tokens"
PROFILES = "profiles"
USERS = "users"
OUTBOX = "outbox"
IDEMPOTENCY_KEYS = "idempotency_keys"
DELETED_USERS = "deleted_users"
COUNTERS = "counters"


class Kind(StrEnum):
    """What a user can do with a movie."""

    WATCH = "watch"
    RATING = "rating"
    BOOKMARK = "bookmark"
    HIDE = "hide"
    REVIEW = "review"
    REPORT = "report"


@dataclass(frozen=True)
class Place:
    """Where one kind is kept, and under which name its time."""

    collection: str
    time: str


PLACES = {
    Kind.WATCH: Place("watched_movies", "watched_at"),
    Kind.RATING: Place("ratings", "rated_at"),
    Kind.BOOKMARK: Place("bookmarks", "bookmarked_at"),
    Kind.HIDE: Place("hidden_movies", "hidden_at"),
    Kind.REVIEW: Place("reviews", "reviewed_at"),
    Kind.REPORT: Place("reports", "reported_at"),
}
REVIEWS = PLACES[Kind.REVIEW].collection
REPORTS = PLACES[Kind.REPORT].collection

_ENDS_BY_ITSELF = IndexModel("expires_at", expireAfterSeconds=0)


def _newest_of(owner: str, time: str) -> IndexModel:
    return IndexModel([(owner, ASCENDING), (time, DESCENDING)])


INDEXES = {
    ACCOUNTS: [IndexModel("name", unique=True)],
    SESSIONS: [IndexModel("account_id"), _ENDS_BY_ITSELF],
    PROFILES: [IndexModel("account_id")],
    USERS: [IndexModel("last_interaction_at")],
    OUTBOX: [IndexModel("happened_at")],
    IDEMPOTENCY_KEYS: [IndexModel("user_id"), _ENDS_BY_ITSELF],
    **{place.collection: [_newest_of("user_id", place.time)] for place in PLACES.values()},
}
INDEXES[REVIEWS] += [_newest_of("movie_id", PLACES[Kind.REVIEW].time), IndexModel("review_id", unique=True)]
INDEXES[REPORTS] += [IndexModel("review_id")]


async def ensure_indexes(database: AsyncDatabase[Document]) -> None:
    """Create every index of these collections; safe to repeat. Raises ServerUnreachable."""
    with doing():
        await asyncio.gather(*(database[name].create_indexes(indexes) for name, indexes in INDEXES.items()))
