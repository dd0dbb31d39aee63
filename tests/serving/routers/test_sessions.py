from datetime import timedelta

import pytest

from serving.app import app
from tests.publication import NIGHT
from tests.serving.people import PASSWORD, Person
from tests.serving.routers.entering import log_in, refresh

NOBODY_LISTENS = "redis://127.0.0.1:9/0"
NO_MONGODB = "mongodb://127.0.0.1:9/"


@pytest.mark.parametrize("name", ["ada", "Ada"])
def test_logging_in_opens_a_session_that_can_do_things(client, name):
    ada = Person(client, "ada")

    answer = log_in(client, name)

    assert answer.status_code == 200
    ada.tokens = answer.json()
    assert ada.ask("GET", "/profiles").json()[0]["user_id"] == ada.user_id


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client):
    Person(client, "ada")

    wrong_password, wrong_name = log_in(client, "ada", "a wrong guess"), log_in(client, "bob", "a wrong guess")

    assert wrong_password.status_code == wrong_name.status_code == 401
    assert wrong_password.content == wrong_name.content
    for answer in (wrong_password, wrong_name):
        del answer.headers["X-Request-Id"]
    assert wrong_password.headers == wrong_name.headers
    assert wrong_name.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["ada", "nobody"])
@pytest.mark.parametrize("redis_options", [{}, {"redis_address": NOBODY_LISTENS}], ids=["", "redis is away"])
def test_after_ten_wrong_passwords_a_name_is_not_heard_whether_it_exists_or_not(start_api, name, redis_options):
    client = start_api(**redis_options)
    Person(client, "ada")
    Person(client, "eve")

    for _ in range(10):
        assert log_in(client, name, "a wrong guess").status_code == 401
    eleventh = log_in(client, name)

    assert eleventh.status_code == 429
    assert eleventh.headers["Retry-After"] == "900"
    assert eleventh.json()["error"] == "too_many_attempts"
    assert log_in(client, "eve").status_code == 200


def test_a_right_password_starts_the_count_of_its_name_anew(client):
    Person(client, "ada")

    for _ in range(2):
        for _ in range(6):
            assert log_in(client, "ada", "a wrong guess").status_code == 401
        assert log_in(client, "ada").status_code == 200


def test_refreshing_replaces_both_tokens(client):
    ada = Person(client, "ada")

    first = refresh(client, ada.tokens)
    second = refresh(client, first.json())

    assert (first.status_code, second.status_code) == (200, 200)
    assert len({tokens["refresh_token"] for tokens in (ada.tokens, first.json(), second.json())}) == 3


def test_a_refresh_token_that_comes_again_ends_its_session_but_no_other(client):
    ada = Person(client, "ada")
    elsewhere = log_in(client, "ada").json()
    newest = refresh(client, ada.tokens).json()

    assert refresh(client, ada.tokens).status_code == 401
    assert refresh(client, newest).status_code == 401
    assert refresh(client, elsewhere).status_code == 200


@pytest.mark.parametrize("token", ["", ".", "no.such", "ü.ü"])
def test_an_unknown_refresh_token_is_refused(client, token):
    assert refresh(client, {"refresh_token": token}).status_code == 401


@pytest.mark.parametrize(("days", "status"), [(29.9, 200), (30, 401)])
def test_a_session_lasts_thirty_days_after_it_was_refreshed(client, days, status):
    ada = Person(client, "ada")

    app.state.clock = lambda: NIGHT + timedelta(hours=1, days=days)

    assert refresh(client, ada.tokens).status_code == status


def test_an_access_token_is_good_for_a_quarter_of_an_hour(client):
    ada = Person(client, "ada")

    app.state.clock = lambda: NIGHT + timedelta(hours=1, minutes=15)
    answer = ada.ask("GET", "/profiles")

    assert answer.status_code == 401
    assert answer.json()["detail"] == "the access token has expired: refresh it at /api/v1/auth/refresh, or log in"


def test_logging_out_ends_the_session_and_may_be_repeated(client):
    ada = Person(client, "ada")

    for _ in range(2):
        leaving = client.post("/api/v1/auth/logout", json={"refresh_token": ada.tokens["refresh_token"]})
        assert leaving.status_code == 204
    assert refresh(client, ada.tokens).status_code == 401


def test_a_new_password_ends_every_session_but_the_one_it_begins(client):
    ada = Person(client, "ada")
    elsewhere = log_in(client, "ada").json()

    answer = ada.ask("POST", "/auth/password", {"password": PASSWORD, "new_password": "another password"})

    assert answer.status_code == 200
    assert [refresh(client, tokens).status_code for tokens in (ada.tokens, elsewhere, answer.json())] == [401, 401, 200]
    assert log_in(client, "ada").status_code == 401
    assert log_in(client, "ada", "another password").status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "/profiles", None),
        ("POST", "/profiles", {"name": "Child"}),
        ("GET", "/ratings", None),
        ("DELETE", "/auth/account", {"password": PASSWORD}),
    ],
)
def test_the_tokens_of_a_deleted_account_are_good_for_nothing(client, method, address, body):
    ada = Person(client, "ada")
    assert ada.ask("DELETE", "/auth/account", {"password": PASSWORD}).status_code == 200

    answer = ada.ask(method, address, body)

    assert (answer.status_code, answer.json()["detail"]) == (401, "this account no longer exists")
    assert refresh(client, ada.tokens).status_code == 401


def test_without_mongodb_a_refresh_does_not_promise_that_the_token_is_good_again(client, start_api):
    ada = Person(client, "ada")

    answer = refresh(start_api(address=NO_MONGODB, action_timeout_ms=100), ada.tokens)

    assert answer.status_code == 503
    assert answer.json()["detail"] == (
        "MongoDB does not answer, so it is not known whether the token was replaced: "
        "try again in a few seconds, and log in again if it is refused then"
    )


def test_a_stolen_access_token_is_not_enough_to_change_the_password_or_to_guess_it(client):
    ada = Person(client, "ada")

    for _ in range(10):
        guess = ada.ask("POST", "/auth/password", {"password": "a wrong guess", "new_password": "another password"})
        assert guess.status_code == 401
    assert ada.ask("DELETE", "/auth/account", {"password": PASSWORD}).status_code == 429


def test_tokens_signed_with_an_older_key_are_good_after_a_new_key_is_put_before_it(client, start_api, monkeypatch):
    monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", f'["{"o" * 32}"]')
    ada = Person(start_api(), "ada")

    statuses = []
    for keys in (f'["{"n" * 32}", "{"o" * 32}"]', f'["{"n" * 32}"]'):
        monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", keys)
        proof = {"Authorization": f"Bearer {ada.tokens['access_token']}"}
        statuses.append(start_api().get("/api/v1/profiles", headers=proof).status_code)

    assert statuses == [200, 401]
