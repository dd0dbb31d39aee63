from datetime import timedelta

import pytest
from pymongo import MongoClient

from infra.stores.user_layout import FIRST_PROFILE_USER_ID
from serving.app import app
from tests.publication import NIGHT
from tests.serving.people import PASSWORD, Person

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


def log_in(client, name, password=PASSWORD):
    return client.post("/api/v1/auth/login", json={"name": name, "password": password})


def refresh(client, tokens):
    return client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


def test_registering_makes_an_account_with_one_profile_that_no_movielens_id_can_be(client):
    ada = Person(client, "ada")

    assert ada.user_id >= FIRST_PROFILE_USER_ID > 330_975
    assert ada.ask("GET", "/profiles").json() == ada.tokens["profiles"]


def test_a_password_is_stored_as_a_hash_and_a_refresh_token_too(client, mongodb):
    ada = Person(client, "ada")

    with MongoClient(mongodb.address) as server:
        kept = {
            name: str(list(server[mongodb.database][name].find()))
            for name in server[mongodb.database].list_collection_names()
        }
    assert "$argon2id$" in kept["accounts"]
    assert not any(PASSWORD in text for text in kept.values())
    assert not any(ada.tokens["refresh_token"].split(".")[1] in text for text in kept.values())


@pytest.mark.parametrize("name", ["ada", "ADA"])
def test_a_name_is_given_once_whatever_its_case(client, name):
    Person(client, "ada")

    answer = client.post("/api/v1/auth/register", json={"name": name, "password": PASSWORD})

    assert answer.status_code == 409
    assert answer.json() == {
        "error": "name_taken",
        "detail": "there is an account 'ada' already: choose another name, or log in",
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "a"}, "name in the body must be 3 to 64 letters, digits and . _ @ + -"),
        ({"name": "a da"}, "name in the body must be 3 to 64 letters"),
        ({"name": 7}, "name in the body must be 3 to 64 letters"),
        ({"password": "123456789"}, "password in the body must be a text of 10 to 128 characters"),
        ({"password": "x" * 129}, "password in the body must be a text of 10 to 128 characters"),
        ({"password": 1234567890}, "password in the body must be a text of 10 to 128 characters"),
        ({"profile_name": ""}, "profile_name in the body must be 1 to 40 characters"),
        ({"profile_name": "A\nda"}, "profile_name in the body must be 1 to 40 characters"),
        ({"role": "admin"}, "role in the body"),
    ],
)
def test_an_impossible_registration_is_refused_in_words(client, change, told):
    answer = client.post("/api/v1/auth/register", json={"name": "ada", "password": PASSWORD, **change})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told)


@pytest.mark.parametrize("half", ["\\ud800", "0123456789\\udfff"])
def test_half_a_character_is_no_password(client, half):
    body = f'{{"name": "ada", "password": "{half}"}}'

    answer = client.post("/api/v1/auth/register", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422


def test_a_refusal_never_repeats_a_password(client):
    answer = client.post("/api/v1/auth/register", json={"name": "ada", "password": "secret"})

    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "the body is not JSON: "),
        (b"\xff", "the body is not JSON"),
        (b"", "the body is missing"),
        (b"{}", "name in the body is missing; password in the body is missing"),
        (b"[]", "the body: "),
    ],
)
def test_a_body_that_is_no_registration_is_refused_in_words(client, content, told):
    answer = client.post("/api/v1/auth/register", content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told)


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


def test_a_stolen_access_token_is_not_enough_to_change_the_password_or_to_guess_it(client):
    ada = Person(client, "ada")

    for _ in range(10):
        guess = ada.ask("POST", "/auth/password", {"password": "a wrong guess", "new_password": "another password"})
        assert guess.status_code == 401
    assert ada.ask("DELETE", "/auth/account", {"password": PASSWORD}).status_code == 429


def test_an_account_has_at_most_five_profiles(client):
    ada = Person(client, "ada")

    added = [ada.ask("POST", "/profiles", {"name": f"Child {number}"}) for number in range(5)]

    assert [answer.status_code for answer in added] == [201, 201, 201, 201, 409]
    assert [profile["name"] for profile in ada.ask("GET", "/profiles").json()] == [
        *("Viewer", "Child 0", "Child 1", "Child 2", "Child 3")
    ]
    assert len({profile["user_id"] for profile in ada.ask("GET", "/profiles").json()}) == 5


def test_of_several_profiles_one_can_be_deleted_by_who_knows_the_password(client):
    ada = Person(client, "ada")
    child = ada.ask("POST", "/profiles", {"name": "Child"}).json()

    wrong = ada.ask("DELETE", f"/profiles/{child['user_id']}", {"password": "a wrong guess"})
    right = ada.ask("DELETE", f"/profiles/{child['user_id']}", {"password": PASSWORD})

    assert (wrong.status_code, right.status_code) == (401, 200)
    assert right.json()["removed"]["profiles"] == 1
    assert ada.ask("GET", "/profiles").json() == ada.tokens["profiles"]


def test_the_only_profile_and_those_of_others_cannot_be_deleted(client):
    ada, eve = Person(client, "ada"), Person(client, "eve")

    only = ada.ask("DELETE", f"/profiles/{ada.user_id}", {"password": PASSWORD})
    others = ada.ask("DELETE", f"/profiles/{eve.user_id}", {"password": PASSWORD})

    assert (only.status_code, only.json()["error"]) == (409, "last_profile")
    assert (others.status_code, others.json()["error"]) == (403, "not_allowed")


def test_from_one_address_only_so_many_accounts_are_made(start_api, monkeypatch):
    monkeypatch.setenv("MARQUEE_ACCOUNTS__REGISTRATIONS_PER_HOUR", "2")
    client = start_api()

    statuses = [
        client.post("/api/v1/auth/register", json={"name": name, "password": PASSWORD}).status_code
        for name in ("ada", "eve", "bob")
    ]

    assert statuses == [201, 201, 429]


def test_tokens_signed_with_an_older_key_are_good_after_a_new_key_is_put_before_it(client, start_api, monkeypatch):
    monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", f'["{"o" * 32}"]')
    ada = Person(start_api(), "ada")

    statuses = []
    for keys in (f'["{"n" * 32}", "{"o" * 32}"]', f'["{"n" * 32}"]'):
        monkeypatch.setenv("MARQUEE_ACCOUNTS__TOKEN_KEYS", keys)
        proof = {"Authorization": f"Bearer {ada.tokens['access_token']}"}
        statuses.append(start_api().get("/api/v1/profiles", headers=proof).status_code)

    assert statuses == [200, 401]
