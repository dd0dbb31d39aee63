import pytest
from pymongo import MongoClient

from infra.stores.user_layout import FIRST_PROFILE_USER_ID
from tests.serving.people import PASSWORD, Person


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
        (b"[]", "the body must be a JSON object, sent with Content-Type: application/json"),
        (
            b'{"name": "ada", "password": "correct horse", "role": "admin"}',
            "role in the body is not known; /docs lists every field",
        ),
    ],
)
def test_a_body_that_is_no_registration_is_refused_in_words(client, content, told):
    answer = client.post("/api/v1/auth/register", content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told)


def test_a_body_that_does_not_say_it_is_json_is_refused_in_words(client):
    answer = client.post("/api/v1/auth/register", content=b'{"name": "ada"}', headers={"Content-Type": "text/plain"})

    assert answer.status_code == 422
    assert "sent with Content-Type: application/json" in answer.json()["detail"]


def test_from_one_address_only_so_many_accounts_are_made(start_api, monkeypatch):
    monkeypatch.setenv("MARQUEE_ACCOUNTS__REGISTRATIONS_PER_HOUR", "2")
    client = start_api()

    answers = [
        client.post("/api/v1/auth/register", json={"name": name, "password": PASSWORD})
        for name in ("ada", "eve", "bob")
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[-1].headers["Retry-After"] == "3600"
