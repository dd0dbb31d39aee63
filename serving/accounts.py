"""Accounts, from registration to deletion. Plain Python: no HTTP."""

from datetime import datetime

from pydantic import SecretStr

from infra.errors import NotSignedIn, ServerUnreachable
from infra.stores.accounts import GONE, Account
from serving.account_schemas import (
    Credentials,
    NewProfile,
    PasswordChange,
    Profile,
    RefreshToken,
    Registration,
    Removed,
    SignedIn,
)
from serving.people import People
from serving.tokens import LIFETIME

WRONG = "there is no account of that name and password"
NOT_KNOWN = (
    "MongoDB does not answer, so it is not known whether the token was replaced: "
    "try again in a few seconds, and log in again if it is refused then"
)


async def register(people: People, wanted: Registration, address: str, now: datetime) -> SignedIn:
    """Make an account with its first profile, and log in; raises TooManyAttempts and NameTaken."""
    await people.limits.note_registration(address)
    password_hash = await people.passwords.hash(wanted.password.get_secret_value())
    account = await people.accounts.register(wanted.name, password_hash, wanted.profile_name, now)
    return await _sign_in(people, account, now)


async def log_in(people: People, given: Credentials, address: str, now: datetime) -> SignedIn:
    """Begin a session; raises TooManyAttempts, and the same NotSignedIn for a wrong name and a wrong password."""
    account = await _prove(people, given.name, given.password, address)
    return await _sign_in(people, account, now)


async def refresh(people: People, given: RefreshToken, now: datetime) -> SignedIn:
    """Replace the tokens of a session.

    Raises NotSignedIn, and ends the session, when the token was used before or the account is gone. Raises
    ServerUnreachable when MongoDB does not answer: it may have replaced the token all the same.
    """
    try:
        account_id, refresh_token = await people.sessions.renew(given.refresh_token, now)
        return await _signed_in(people, account_id, refresh_token, now)
    except ServerUnreachable as error:
        raise ServerUnreachable(NOT_KNOWN) from error


async def change_password(
    people: People, account_id: str, change: PasswordChange, address: str, now: datetime
) -> SignedIn:
    """Replace the password, end every session and begin one; raises TooManyAttempts and NotSignedIn."""
    account = await _prove_again(people, account_id, change.password, address)
    password_hash = await people.passwords.hash(change.new_password.get_secret_value())
    account = await people.accounts.change_password(account, password_hash)
    return await _sign_in(people, account, now)


async def delete_account(people: People, account_id: str, password: SecretStr, address: str) -> Removed:
    """Remove the account and everything its profiles did; raises TooManyAttempts and NotSignedIn."""
    account = await _prove_again(people, account_id, password, address)
    return Removed(removed=await people.eraser.erase_account(account.id))


async def delete_profile(people: People, account_id: str, user_id: int, password: SecretStr, address: str) -> Removed:
    """Remove a profile and everything it did; raises TooManyAttempts, NotSignedIn, NotAllowed and LastProfile."""
    account = await _prove_again(people, account_id, password, address)
    return Removed(removed=await people.eraser.erase_profile(account.id, user_id))


async def profiles(people: People, account_id: str) -> list[Profile]:
    """Return the profiles of an account, oldest first; raises NotSignedIn when it is gone."""
    found = await people.accounts.profiles(account_id)
    return [Profile.model_validate(profile, from_attributes=True) for profile in found]


async def add_profile(people: People, account_id: str, wanted: NewProfile, now: datetime) -> Profile:
    """Make another profile; raises TooManyProfiles."""
    profile = await people.accounts.add_profile(account_id, wanted.name, now)
    return Profile.model_validate(profile, from_attributes=True)


async def _prove_again(people: People, account_id: str, password: SecretStr, address: str) -> Account:
    account = await people.accounts.find(_id=account_id)
    if account is None:
        raise NotSignedIn(GONE)
    return await _prove(people, account.name, password, address)


async def _prove(people: People, name: str, password: SecretStr, address: str) -> Account:
    await people.limits.note_attempt(name, address)
    account = await people.accounts.find(name=name)
    password_hash = account.password_hash if account else None
    if not await people.passwords.matches(password_hash, password.get_secret_value()) or account is None:
        raise NotSignedIn(WRONG)
    await people.limits.forget_attempts(name)
    return account


async def _sign_in(people: People, account: Account, now: datetime) -> SignedIn:
    return await _signed_in(people, account.id, await people.sessions.open(account, now), now)


async def _signed_in(people: People, account_id: str, refresh_token: str, now: datetime) -> SignedIn:
    return SignedIn(
        access_token=people.tokens.issue(account_id, now),
        expires_in=int(LIFETIME.total_seconds()),
        refresh_token=refresh_token,
        profiles=await profiles(people, account_id),
    )
