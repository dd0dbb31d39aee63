"""Who stays logged in: one document per session, which knows only its newest refresh token.

A refresh token is `<session>.<secret>` and is good for one use, which replaces it. So a token that names a session but
is not its newest has been used before, by its owner or by a thief: nobody can tell, and the session ends (RFC 9700,
section 4.14.2).
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import NotSignedIn
from infra.stores.accounts import CHANGED, Account
from infra.stores.mongodb import Document, doing, in_transaction
from infra.stores.user_layout import ACCOUNTS, SESSIONS

LIFETIME = timedelta(days=30)
"""How long a session lasts that nobody refreshes."""

ENDED = "this refresh token is used up, expired or unknown: log in again"


class SessionStore:
    """The sessions of one database. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._accounts = database[ACCOUNTS]
        self._sessions = database[SESSIONS]

    async def open(self, account: Account, now: datetime) -> str:
        """Begin a session of an account whose password was proved; return its first refresh token.

        The account is written too, so of a log-in and a deletion or a new password at the same time, the second sees
        the first. Raises NotSignedIn when the account is gone or its password is another by now.
        """
        name, token = secrets.token_hex(16), secrets.token_urlsafe(32)
        document = {"_id": name, "account_id": account.id, "newest_hash": _hash(token), "expires_at": now + LIFETIME}

        async def steps(session: AsyncClientSession) -> None:
            one_more = {"$inc": {"n_sessions_begun": 1}}
            result = await self._accounts.update_one(account.as_proved, one_more, session=session)
            if result.matched_count == 0:
                raise NotSignedIn(CHANGED)
            await self._sessions.insert_one(document, session=session)

        await in_transaction(self._database, steps)
        return f"{name}.{token}"

    async def renew(self, refresh_token: str, now: datetime) -> tuple[str, str]:
        """Return the account and the token that replaces this one.

        Raises NotSignedIn, and ends the session, when the token is not its newest or the account is gone.
        """
        session, _, given = refresh_token.partition(".")
        token = secrets.token_urlsafe(32)
        newest = {"_id": session, "newest_hash": _hash(given), "expires_at": {"$gt": now}}
        replaced = {"$set": {"newest_hash": _hash(token), "expires_at": now + LIFETIME}}
        with doing():
            found = await self._sessions.find_one_and_update(newest, replaced)
            account = await self._accounts.find_one({"_id": found["account_id"]}) if found else None
        if found is None or account is None:
            await self.close(refresh_token)
            raise NotSignedIn(ENDED)
        return found["account_id"], f"{session}.{token}"

    async def close(self, refresh_token: str) -> None:
        """End the session of a token, used or not; nothing happens if there is none."""
        with doing():
            await self._sessions.delete_one({"_id": refresh_token.partition(".")[0]})


def _hash(token: str) -> str:
    """Return what is stored of a token; it is random, so a fast hash is enough."""
    return sha256(token.encode()).hexdigest()
