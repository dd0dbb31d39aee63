"""Who has an account, and the profiles of each."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from infra.errors import NameTaken, NotSignedIn, TooManyProfiles
from infra.stores.mongodb import Document, doing, in_transaction
from infra.stores.user_layout import ACCOUNTS, COUNTERS, FIRST_PROFILE_USER_ID, PROFILES, SESSIONS, USERS

MOST_PROFILES = 5

GONE = "this account no longer exists"
CHANGED = "the account was deleted, or got another password, at the same time: log in again"

Role = Literal["member", "admin"]


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who can log in."""

    id: str
    name: str
    password_hash: str
    role: Role

    @property
    def as_proved(self) -> Document:
        """What finds the account as long as its password is the one that was proved."""
        return {"_id": self.id, "password_hash": self.password_hash}


@dataclass(frozen=True, slots=True)
class Profile:
    """A user the models know, who belongs to an account."""

    user_id: int
    name: str
    created_at: datetime


class AccountStore:
    """The accounts of one database. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._accounts = database[ACCOUNTS]
        self._profiles = database[PROFILES]

    async def register(self, name: str, password_hash: str, profile_name: str, now: datetime) -> Account:
        """Make an account with its first profile; raises NameTaken."""
        account = Account(secrets.token_hex(16), name, password_hash, "member")
        user_id = await self._next_user_id()

        async def steps(session: AsyncClientSession) -> None:
            document = {"name": name, "password_hash": password_hash, "role": account.role, "n_profiles": 1}
            await self._accounts.insert_one({"_id": account.id, **document, "created_at": now}, session=session)
            await self._insert_profile(account.id, user_id, profile_name, now, session)

        try:
            await in_transaction(self._database, steps)
        except DuplicateKeyError as error:
            raise NameTaken(f"there is an account '{name}' already: choose another name, or log in") from error
        return account

    async def find(self, **by: Any) -> Account | None:
        """Return the account whose `_id` or `name` it is, or None."""
        with doing():
            found = await self._accounts.find_one(by)
        return Account(found["_id"], found["name"], found["password_hash"], found["role"]) if found else None

    async def change_password(self, account: Account, password_hash: str) -> Account:
        """Replace the password of an account and end its sessions, or neither; return the account as it is then.

        Raises NotSignedIn when the password is not that of `account` any more.
        """

        async def steps(session: AsyncClientSession) -> None:
            changed = {"$set": {"password_hash": password_hash}}
            result = await self._accounts.update_one(account.as_proved, changed, session=session)
            if result.matched_count == 0:
                raise NotSignedIn(CHANGED)
            await self._database[SESSIONS].delete_many({"account_id": account.id}, session=session)

        await in_transaction(self._database, steps)
        return replace(account, password_hash=password_hash)

    async def make_admin(self, name: str) -> bool:
        """Give an account the admin role; return whether there is such an account."""
        with doing():
            result = await self._accounts.update_one({"name": name}, {"$set": {"role": "admin"}})
        return result.matched_count == 1

    async def add_profile(self, account_id: str, name: str, now: datetime) -> Profile:
        """Make another profile; raises TooManyProfiles, and NotSignedIn when the account is gone."""
        user_id = await self._next_user_id()

        async def steps(session: AsyncClientSession) -> Profile:
            account = await self._accounts.find_one_and_update(
                {"_id": account_id},
                {"$inc": {"n_profiles": 1}},
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            if account is None:
                raise NotSignedIn(GONE)
            if account["n_profiles"] > MOST_PROFILES:
                raise TooManyProfiles(f"an account has at most {MOST_PROFILES} profiles: delete one first")
            return await self._insert_profile(account_id, user_id, name, now, session)

        return await in_transaction(self._database, steps)

    async def profiles(self, account_id: str) -> list[Profile]:
        """Return the profiles of an account, one at least, oldest first; raises NotSignedIn if it is gone."""
        with doing():
            found = await self._profiles.find({"account_id": account_id}, sort={"_id": 1}).to_list()
        if not found:
            raise NotSignedIn(GONE)
        return [Profile(each["_id"], each["name"], each["created_at"]) for each in found]

    async def _insert_profile(
        self, account_id: str, user_id: int, name: str, now: datetime, session: AsyncClientSession
    ) -> Profile:
        profile = {"_id": user_id, "account_id": account_id, "name": name, "created_at": now}
        user = {"_id": user_id, "n_interactions": 0, "last_interaction_at": None}
        await self._profiles.insert_one(profile, session=session)
        await self._database[USERS].insert_one(user, session=session)
        return Profile(user_id, name, now)

    async def _next_user_id(self) -> int:
        """Return an id nobody ever had: the count only grows, whoever is deleted."""
        with doing():
            counter: Any = await self._database[COUNTERS].find_one_and_update(
                {"_id": "user_id"}, {"$inc": {"n_given": 1}}, upsert=True, return_document=ReturnDocument.AFTER
            )
        return FIRST_PROFILE_USER_ID + int(counter["n_given"]) - 1
