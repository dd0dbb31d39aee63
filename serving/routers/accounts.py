"""Accounts and their profiles."""

from fastapi import APIRouter

from serving import account_examples as examples
from serving import accounts
from serving.account_schemas import (
    Credentials,
    Deletion,
    NewProfile,
    PasswordChange,
    Profile,
    RefreshToken,
    Registration,
    Removed,
    SignedIn,
)
from serving.callers import AccountId, Address, OpenPeople
from serving.dependencies import Now
from serving.parameters import UserId

router = APIRouter(prefix="/api/v1", tags=["accounts"])


@router.post("/auth/register", status_code=201, responses=examples.REGISTRATION)
async def register(wanted: Registration, people: OpenPeople, address: Address, now: Now) -> SignedIn:
    """Make an account with its first profile, and log in. One address may try so only so often in an hour."""
    return await accounts.register(people, wanted, address, now)


@router.post("/auth/login", responses=examples.LOG_IN)
async def log_in(given: Credentials, people: OpenPeople, address: Address, now: Now) -> SignedIn:
    """Begin a session. The answer does not tell a wrong name from a wrong password.

    Ten attempts for one name and a hundred from one address are heard in a quarter of an hour.
    """
    return await accounts.log_in(people, given, address, now)


@router.post("/auth/refresh", responses=examples.REFRESH)
async def refresh(given: RefreshToken, people: OpenPeople, now: Now) -> SignedIn:
    """Replace both tokens of a session. A refresh token that comes a second time ends the session."""
    return await accounts.refresh(people, given, now)


@router.post("/auth/logout", status_code=204, responses=examples.LOG_OUT)
async def log_out(given: RefreshToken, people: OpenPeople) -> None:
    """End the session of a refresh token, if there is one; its access token expires within a quarter of an hour."""
    await people.sessions.close(given.refresh_token)


@router.post("/auth/password", responses=examples.PASSWORD)
async def change_password(
    change: PasswordChange, people: OpenPeople, account_id: AccountId, address: Address, now: Now
) -> SignedIn:
    """Change the password; every other session ends."""
    return await accounts.change_password(people, account_id, change, address, now)


@router.delete("/auth/account", responses=examples.DELETION)
async def delete_account(given: Deletion, people: OpenPeople, account_id: AccountId, address: Address) -> Removed:
    """Remove the account, its profiles and everything they did, for ever; their lists too."""
    return await accounts.delete_account(people, account_id, given.password, address)


@router.get("/profiles", responses=examples.PROFILES)
async def profiles(people: OpenPeople, account_id: AccountId) -> list[Profile]:
    """The profiles of the account, oldest first."""
    return await accounts.profiles(people, account_id)


@router.post("/profiles", status_code=201, responses=examples.NEW_PROFILE)
async def add_profile(wanted: NewProfile, people: OpenPeople, account_id: AccountId, now: Now) -> Profile:
    """Make another profile; an account has at most five."""
    return await accounts.add_profile(people, account_id, wanted, now)


@router.delete("/profiles/{user_id}", responses=examples.PROFILE_DELETION)
async def delete_profile(
    user_id: UserId, given: Deletion, people: OpenPeople, account_id: AccountId, address: Address
) -> Removed:
    """Remove a profile of the account and everything it did, for ever; its lists too. The last one has to stay."""
    return await accounts.delete_profile(people, account_id, user_id, given.password, address)
