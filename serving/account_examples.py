"""Every kind of answer about accounts, as the API's documentation shows it."""

from datetime import UTC, datetime

from pydantic import BaseModel

from infra.stores.user_layout import FIRST_PROFILE_USER_ID
from serving.account_schemas import Profile, Removed, SignedIn
from serving.documented import Responses, answers, errors
from serving.schemas import Error

NO_TOKEN = "this needs an account: log in, and send the header `Authorization: Bearer <access token>`"
OLD_TOKEN = "the access token has expired: refresh it at /api/v1/auth/refresh, or log in"
WRONG_PASSWORD = "there is no account of that name and password"
NO_LONGER = "this account no longer exists"
USED_TOKEN = "this refresh token is used up, expired or unknown: log in again"
TAKEN_NAME = "there is an account 'ada' already: choose another name, or log in"
NOT_OWN = "profile 1000000007 is not one of this account's: it has 1000000000, 1000000001"
ONLY_ONE = "an account has one profile at least: delete the account instead"
FULL = "an account has at most 5 profiles: delete one first"
TOO_OFTEN = "too many attempts: try again in a quarter of an hour"
TOO_MANY_ACCOUNTS = "too many accounts were made from this address: try again in an hour"
NO_MONGODB = "MongoDB does not answer, so this cannot be done now: try again in a few seconds, which is safe"
NO_WORD_OF_TOKEN = (
    "MongoDB does not answer, so it is not known whether the token was replaced: "
    "try again in a few seconds, and log in again if it is refused then"
)
NO_REDIS = "Redis does not answer, so this cannot be done now: try again in a few seconds, which is safe"
SHORT_PASSWORD = "password in the body must be a text of 10 to 128 characters"
MISSING_PASSWORD = "password in the body is missing"
MISSING_TOKEN = "refresh_token in the body is missing"
NAMELESS_PROFILE = "name in the body must be 1 to 40 characters that can be seen, without spaces at the ends"

PROFILE = Profile(user_id=FIRST_PROFILE_USER_ID, name="Ada", created_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
SIGNED_IN = SignedIn(
    access_token="eyJhbGciOiJIUzI1NiIsImtpZCI6IjRmMWE5YzAyIiwidHlwIjoiSldUIn0.eyJzdWIiOiI5ZjYyIn0.r0cT0B9x",
    expires_in=900,
    refresh_token="0c7e9a51f3d84b02.pX3rT7uQvY1kZ9",
    profiles=[PROFILE],
)
REMOVED = Removed(removed={"accounts": 1, "profiles": 1, "ratings": 12, "redis stream interactions": 14})

PROFILE_REMOVED = Removed(removed={"profiles": 1, "users": 1, "ratings": 12, "redis stream interactions": 14})

NOT_SIGNED_IN = errors("not_signed_in", "No valid access token", NO_TOKEN, OLD_TOKEN, NO_LONGER)
NOT_PROVED = errors("not_signed_in", "Wrong name or password", WRONG_PASSWORD)
TRIED_TOO_OFTEN = errors("too_many_attempts", "Too many attempts", TOO_OFTEN)
MONGODB_AWAY = errors("server_unreachable", "MongoDB is away", NO_MONGODB)

REGISTRATION: Responses = {
    201: answers({"an account with a profile": SIGNED_IN}),
    409: errors("name_taken", "Somebody has that name", TAKEN_NAME),
    422: errors("invalid_request", "An impossible value", SHORT_PASSWORD),
    429: errors("too_many_attempts", "Too many accounts from one address", TOO_MANY_ACCOUNTS),
    503: MONGODB_AWAY,
}
LOG_IN: Responses = {
    200: answers({"a new session": SIGNED_IN}),
    401: NOT_PROVED,
    422: errors("invalid_request", "Something is missing", MISSING_PASSWORD),
    429: TRIED_TOO_OFTEN,
    503: MONGODB_AWAY,
}
REFRESH: Responses = {
    200: answers({"the session goes on": SIGNED_IN}),
    401: errors("not_signed_in", "Not the newest token of a session", USED_TOKEN),
    422: errors("invalid_request", "Something is missing", MISSING_TOKEN),
    503: errors("server_unreachable", "MongoDB is away", NO_WORD_OF_TOKEN),
}
LOG_OUT: Responses = {
    422: errors("invalid_request", "Something is missing", MISSING_TOKEN),
    503: MONGODB_AWAY,
}


def _with_password(success: str, example: BaseModel) -> Responses:
    wrong: dict[str, BaseModel] = {
        detail: Error(error="not_signed_in", detail=detail)
        for detail in (NO_TOKEN, OLD_TOKEN, NO_LONGER, WRONG_PASSWORD)
    }
    return {
        200: answers({success: example}),
        401: answers(wrong, model=Error, description="No valid access token, or the wrong password"),
        422: errors("invalid_request", "Something is missing", MISSING_PASSWORD),
        429: TRIED_TOO_OFTEN,
        503: errors("server_unreachable", "MongoDB or Redis is away", NO_MONGODB, NO_REDIS),
    }


PASSWORD = _with_password("a new session, and the only one", SIGNED_IN)
DELETION = _with_password("what was removed", REMOVED)
PROFILE_DELETION: Responses = {
    **_with_password("what was removed", PROFILE_REMOVED),
    403: errors("not_allowed", "A profile of somebody else", NOT_OWN),
    409: errors("last_profile", "It is the only one", ONLY_ONE),
}
PROFILES: Responses = {
    200: {"content": {"application/json": {"examples": {"one": {"value": [PROFILE.model_dump(mode="json")]}}}}},
    401: NOT_SIGNED_IN,
    503: MONGODB_AWAY,
}
NEW_PROFILE: Responses = {
    201: answers({"a profile": PROFILE}),
    401: NOT_SIGNED_IN,
    409: errors("too_many_profiles", "There are five", FULL),
    422: errors("invalid_request", "An impossible value", NAMELESS_PROFILE),
    503: MONGODB_AWAY,
}
