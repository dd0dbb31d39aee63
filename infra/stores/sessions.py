"""Who stays logged in: one document per session, which knows only its newest refresh token.

A refresh token is `<session>.<secret>` and is good for one use, which replaces it. So a token that names a session but
is not its newest has been used before, by its owner or by a thief: nobody can tell, and the session ends (RFC 9700,
section 4.14.2).
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import NotSignedIn
from infra.stores.mongodb import Document, doing
from infra.stores.user_layout import SESSIONS

LIFETIME = timedelta(days=30)
"""How long a session lasts that nobody refreshes."""

ENDED = "this refresh token is used up, expired or unknown: log in again"


class SessionStore:
    """The sessions of one database. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._sessions = database[SESSIONS]

    async def open(self, account_id: str, now: datetime) -> str:
        """Begin a session; return its first refresh token."""
        session, token = secrets.token_hex(16), secrets.token_urlsafe(32)
        document = {"_id": session, "account_id": account_id, "newest_hash": _hash(token)}
        with doing():
            await self._sessions.insert_one({**document, "expires_at": now + LIFETIME})
        return f"{session}.{token}"

    async def renew(self, refresh_token: str, now: datetime) -> tuple[str, str]:
        """Return the account and the token that replaces this one.

        Raises NotSignedIn, and ends the session, when the token is not its newest.
        """
        session, _, given = refresh_token.partition(".")
        token = secrets.token_urlsafe(32)
        newest = {"_id": session, "newest_hash": _hash(given), "expires_at": {"$gt": now}}
        replaced = {"$set": {"newest_hash": _hash(token), "expires_at": now + LIFETIME}}
        with doing():
            found = await self._sessions.find_one_and_update(newest, replaced)
        if found is None:
            await self.close(refresh_token)
            raise NotSignedIn(ENDED)
        return found["account_id"], f"{session}.{token}"

    async def close(self, refresh_token: str) -> None:
        """End the session of a token, used or not; nothing happens if there is none."""
        with doing():
            await self._sessions.delete_one({"_id": refresh_token.partition(".")[0]})

    async def close_all(self, account_id: str) -> None:
        """End every session of an account."""
        with doing():
            await self._sessions.delete_many({"account_id": account_id})


def _hash(token: str) -> str:
    """Return what is stored of a token; it is random, so a fast hash is enough."""
    return sha256(token.encode()).hexdigest()
