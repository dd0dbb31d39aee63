from datetime import timedelta

import jwt
import pytest

from infra.errors import NotSignedIn
from serving.tokens import AccessTokens
from tests.publication import NIGHT

OLD_KEY, NEW_KEY, STOLEN_KEY = "o" * 48, "n" * 48, "s" * 48


def told(token, key=OLD_KEY):
    return jwt.decode(token, key, ["HS256"], {"verify_exp": False, "verify_iat": False}, audience="marquee-api")


def test_a_token_says_whose_it_is_until_it_expires():
    tokens = AccessTokens([OLD_KEY])
    token = tokens.issue("ada", NIGHT)

    assert tokens.account_of(token, NIGHT + timedelta(minutes=14, seconds=59)) == "ada"
    with pytest.raises(NotSignedIn, match="has expired"):
        tokens.account_of(token, NIGHT + timedelta(minutes=15))


def test_a_token_says_who_made_it_for_whom_and_with_which_key():
    token = AccessTokens([OLD_KEY]).issue("ada", NIGHT)

    assert told(token) == {
        "iss": "marquee",
        "aud": "marquee-api",
        "sub": "ada",
        "iat": int(NIGHT.timestamp()),
        "exp": int(NIGHT.timestamp()) + 900,
    }
    assert jwt.get_unverified_header(token).keys() == {"alg", "kid", "typ"}


def test_after_a_new_key_is_put_first_it_signs_and_the_old_one_still_verifies():
    before, after = AccessTokens([OLD_KEY]), AccessTokens([NEW_KEY, OLD_KEY])

    assert after.account_of(before.issue("ada", NIGHT), NIGHT) == "ada"
    assert told(after.issue("ada", NIGHT), NEW_KEY)["sub"] == "ada"


def test_after_the_old_key_is_taken_away_its_tokens_are_worth_nothing():
    token = AccessTokens([OLD_KEY]).issue("ada", NIGHT)

    with pytest.raises(NotSignedIn, match="not one of ours"):
        AccessTokens([NEW_KEY]).account_of(token, NIGHT)


def forged(key, algorithm="HS256", **changes):
    ours = AccessTokens([OLD_KEY]).issue("ada", NIGHT)
    claims = {name: value for name, value in {**told(ours), **changes}.items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": jwt.get_unverified_header(ours)["kid"]})


@pytest.mark.parametrize(
    "token",
    [
        forged(STOLEN_KEY),
        forged(None, algorithm="none"),
        forged(OLD_KEY, algorithm="HS384"),
        forged(OLD_KEY, aud="another-api"),
        forged(OLD_KEY, iss="somebody-else"),
        forged(OLD_KEY, exp=None),
        forged(OLD_KEY, sub=None),
        "not.a.token",
        "",
    ],
    ids=["another key", "unsigned", "another algorithm", "audience", "issuer", "endless", "nobody's", "noise", "empty"],
)
def test_a_token_that_is_not_ours_proves_nothing(token):
    with pytest.raises(NotSignedIn, match="not one of ours"):
        AccessTokens([OLD_KEY]).account_of(token, NIGHT)


def test_what_is_forged_is_refused_for_what_was_changed_alone():
    assert AccessTokens([OLD_KEY]).account_of(forged(OLD_KEY), NIGHT) == "ada"
