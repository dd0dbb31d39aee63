"""What the API promises about accounts and profiles."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from serving.validation import is_text, must_be

LONGEST_PASSWORD = 128
LONGEST_PROFILE_NAME = 40
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._@+-]{2,63}")


def _is_account_name(given: Any) -> bool:
    return isinstance(given, str) and NAME.fullmatch(given) is not None


def _is_profile_name(given: Any) -> bool:
    return is_text(given, 1, LONGEST_PROFILE_NAME) and given.isprintable() and given == given.strip()


AccountName = Annotated[
    str,
    must_be("3 to 64 letters, digits and . _ @ + -, the first a letter or digit", _is_account_name),
    AfterValidator(str.lower),
    Field(pattern=f"^{NAME.pattern}$", description="upper and lower case are the same", examples=["ada"]),
]
AnyName = Annotated[
    str,
    must_be("a text of at most 64 characters", lambda given: is_text(given, 0, 64)),
    AfterValidator(str.lower),
    Field(max_length=64, description="of the account, in any case", examples=["ada"]),
]
NewPassword = Annotated[
    SecretStr,
    must_be("a text of 10 to 128 characters", lambda given: is_text(given, 10, LONGEST_PASSWORD)),
    Field(min_length=10, max_length=LONGEST_PASSWORD, description="any characters", examples=["correct horse battery"]),
]
AnyPassword = Annotated[
    SecretStr,
    must_be("a text of at most 128 characters", lambda given: is_text(given, 0, LONGEST_PASSWORD)),
    Field(max_length=LONGEST_PASSWORD, description="as it is now", examples=["correct horse battery"]),
]
ProfileName = Annotated[
    str,
    must_be("1 to 40 characters that can be seen, without spaces at the ends", _is_profile_name),
    Field(min_length=1, max_length=LONGEST_PROFILE_NAME, description="others see it beside reviews", examples=["Ada"]),
]


class Body(BaseModel):
    """What people send; a field nobody knows is a mistake, and told."""

    model_config = ConfigDict(extra="forbid")


class Registration(Body):
    """A new account and the name of its first profile."""

    name: AccountName
    password: NewPassword
    profile_name: ProfileName = "Viewer"


class Credentials(Body):
    """What proves who somebody is."""

    name: AnyName
    password: AnyPassword


class RefreshToken(Body):
    """The newest refresh token of a session."""

    refresh_token: Annotated[
        str,
        must_be("a text of at most 200 characters", lambda given: is_text(given, 0, 200)),
        Field(
            max_length=200,
            description="from the newest answer that had one",
            examples=["0c7e9a51f3d84b02.pX3rT7uQvY1kZ9"],
        ),
    ]


class PasswordChange(Body):
    """The password as it is and as it is to be."""

    password: AnyPassword
    new_password: NewPassword


class Deletion(Body):
    """The password once more, since nothing brings a deleted account back."""

    password: AnyPassword


class NewProfile(Body):
    """The name of another profile."""

    name: ProfileName


class Profile(BaseModel):
    """A user the models know: its `user_id` is the one of `/api/v1/users/{user_id}/recommendations`."""

    user_id: int = Field(description="the id that lists are asked by")
    name: str = Field(description="others see it beside reviews")
    created_at: datetime = Field(description="in UTC")


class SignedIn(BaseModel):
    """The tokens of a session; the refresh token is good for one use."""

    access_token: str = Field(description="for the header `Authorization: Bearer ...`")
    token_type: Literal["bearer"] = Field("bearer", description="how the access token is sent")
    expires_in: int = Field(description="seconds until the access token expires")
    refresh_token: str = Field(description="for /api/v1/auth/refresh; the answer replaces it")
    profiles: list[Profile] = Field(
        description="oldest first; the first is the one used unless X-Profile names another"
    )


class Removed(BaseModel):
    """What is gone, by where it was."""

    removed: dict[str, int] = Field(description="documents by collection, entries by Redis stream, and Redis keys")
