"""Access tokens: JSON Web Tokens (RFC 7519) that say for a quarter of an hour who somebody is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import jwt
from jwt.types import Options

from infra.errors import NotSignedIn

LIFETIME = timedelta(minutes=15)
ISSUER = "marquee"
AUDIENCE = "marquee-api"
ALGORITHM = "HS256"

CHECKS: Options = {
    "require": ["iss", "aud", "sub", "iat", "exp"],
    "verify_exp": False,  # the library would ask the machine's clock, and time is an argument
    "verify_iat": False,
}


class AccessTokens:
    """Signs and reads tokens; a token names its key, so a new key is put before the old and no token is lost.

    `keys` are the newest first: it signs, and all verify.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {_key_id(key): key for key in keys}

    def issue(self, account_id: str, now: datetime) -> str:
        """Return a token of an account that is good for LIFETIME."""
        key_id, key = next(iter(self._keys.items()))
        issued_at = int(now.timestamp())
        told = {"iss": ISSUER, "aud": AUDIENCE, "sub": account_id, "iat": issued_at}
        expires = {"exp": issued_at + int(LIFETIME.total_seconds())}
        return jwt.encode(told | expires, key, ALGORITHM, headers={"kid": key_id})

    def account_of(self, token: str, now: datetime) -> str:
        """Return the account a token proves; raises NotSignedIn."""
        try:
            key = self._keys[jwt.get_unverified_header(token).get("kid", "")]
            told = jwt.decode(token, key, [ALGORITHM], CHECKS, audience=AUDIENCE, issuer=ISSUER)
        except (jwt.InvalidTokenError, KeyError) as error:
            raise NotSignedIn("the access token is not one of ours: log in") from error
        if told["exp"] <= now.timestamp():
            raise NotSignedIn("the access token has expired: refresh it at /api/v1/auth/refresh, or log in")
        account_id: str = told["sub"]
        return account_id


def _key_id(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:8]
