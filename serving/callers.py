"""Who is calling, as route functions may ask for it."""

from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from infra.errors import NotAllowed, NotSignedIn
from infra.stores.accounts import GONE, Account
from infra.stores.user_layout import FIRST_PROFILE_USER_ID
from serving.actions import Diary
from serving.dependencies import Now, OpenStores
from serving.parameters import LARGEST_ID, WholeNumber
from serving.people import People
from serving.validation import is_text, must_be

bearer = HTTPBearer(auto_error=False, description="the access token of /api/v1/auth/login")


async def get_people(request: Request) -> People:
    """Return the stores opened at start-up."""
    people: People = request.app.state.people
    return people


async def get_address(request: Request) -> str:
    """Return where the request came from; behind a proxy, uvicorn has to be told to trust what that says."""
    return request.client.host if request.client else "nowhere"


OpenPeople = Annotated[People, Depends(get_people)]
Address = Annotated[str, Depends(get_address)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


async def get_account_id(people: OpenPeople, given: Bearer, now: Now) -> str:
    """Return the account whose access token came along; raises NotSignedIn."""
    if given is None:
        raise NotSignedIn("this needs an account: log in, and send the header `Authorization: Bearer <access token>`")
    return people.tokens.account_of(given.credentials, now)


AccountId = Annotated[str, Depends(get_account_id)]
ProfileUserId = Annotated[
    int | None,
    WholeNumber(1, LARGEST_ID),
    Header(alias="X-Profile", description="the user id of a profile; else the account's first"),
]
Key = Annotated[
    str | None,
    must_be("1 to 100 ASCII characters", lambda given: is_text(given, 1, 100) and given.isascii()),
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        description="the same key with the same request, within a day, gets the same answer and changes nothing",
    ),
]


async def get_diary(
    people: OpenPeople, stores: OpenStores, account_id: AccountId, now: Now, user_id: ProfileUserId = None
) -> Diary:
    """Return what a profile of the account does; raises NotSignedIn, and NotAllowed for a profile of someone else's."""
    own = [profile.user_id for profile in await people.accounts.profiles(account_id)]
    if user_id is not None and user_id < FIRST_PROFILE_USER_ID:
        raise NotAllowed(f"user {user_id} is a demonstration profile of MovieLens, which can only be read")
    if user_id not in (None, *own):
        raise NotAllowed(f"profile {user_id} is not one of this account's: it has {', '.join(map(str, own))}")
    lookup = stores.recommender.lookup
    return Diary(people.interactions, people.reviews, stores.recommendations, lookup, user_id or own[0], now)


async def get_admin(people: OpenPeople, account_id: AccountId) -> Account:
    """Return the account if it has the admin role; raises NotAllowed."""
    account = await people.accounts.find(_id=account_id)
    if account is None:
        raise NotSignedIn(GONE)
    if account.role != "admin":
        raise NotAllowed("this needs the admin role: an operator gives it with `python -m serving.make_admin <name>`")
    return account


WhoseList = Annotated[int, WholeNumber(1, LARGEST_ID), Query(alias="user_id", description="whose list")]


async def get_asked_user_id(user_id: WhoseList, people: OpenPeople, given: Bearer, now: Now) -> int:
    """Return the user asked about; raises NotSignedIn or NotAllowed where it is a profile of someone else's.

    The reasons for a list tell what its user did, so only users of the dataset are everyone's to ask about.
    """
    if user_id < FIRST_PROFILE_USER_ID:
        return user_id
    account_id = await get_account_id(people, given, now)
    if user_id not in [profile.user_id for profile in await people.accounts.profiles(account_id)]:
        await get_admin(people, account_id)
    return user_id


AskedUserId = Annotated[int, Depends(get_asked_user_id)]
UserDiary = Annotated[Diary, Depends(get_diary)]
