import asyncio

import pytest

from infra.settings import get_settings
from serving.make_admin import make_admin
from tests.infra.local.scripted_airflow import ScriptedAirflow
from tests.infra.local.served import served
from tests.serving.people import Person


def test_reports_are_for_admins_only(client):
    ada = Person(client, "ada")

    assert client.get("/api/v1/admin/reports").status_code == 401
    refused = ada.ask("GET", "/admin/reports")
    assert (refused.status_code, refused.json()["error"]) == (403, "not_allowed")

    assert asyncio.run(make_admin("ada", get_settings())) == "ada is an admin now"
    assert ada.ask("GET", "/admin/reports").json() == {"n_all": 0, "reviews": []}


def test_nobody_cannot_be_made_an_admin(client):
    told = asyncio.run(make_admin("nobody", get_settings()))

    assert told == "there is no account 'nobody': register it first"


def test_reported_reviews_come_with_their_reasons_the_most_reported_first(client):
    ada, bob, eve = (Person(client, name) for name in ("ada", "bob", "eve"))
    asyncio.run(make_admin("ada", get_settings()))
    harmless, rude = (
        bob.ask("PUT", f"/reviews/{movie_id}", {"text": text}).json()["review_id"]
        for movie_id, text in ((6, "Good."), (541, "Rude."))
    )
    eve.ask("PUT", f"/reports/{harmless}", {"reason": "boring"})
    for person in (ada, eve):
        person.ask("PUT", f"/reports/{rude}", {"reason": "rude"})

    page = ada.ask("GET", "/admin/reports").json()

    assert page["n_all"] == 2
    assert [(review["text"], review["reasons"]) for review in page["reviews"]] == [
        ("Rude.", ["rude", "rude"]),
        ("Good.", ["boring"]),
    ]


def test_a_deleted_admin_is_none(client):
    ada = Person(client, "ada")
    asyncio.run(make_admin("ada", get_settings()))

    assert ada.ask("DELETE", "/auth/account", {"password": "correct horse battery"}).status_code == 200

    assert ada.ask("GET", "/admin/reports").status_code == 401


@pytest.fixture
def airflow(monkeypatch):
    scripted = ScriptedAirflow({"train_models": ["running"] * 10})
    with served(scripted.app()) as address:
        monkeypatch.setenv("MARQUEE_AIRFLOW__URL", address)
        yield scripted


def test_an_admin_starts_a_training_and_a_second_gets_the_one_under_way(airflow, client):
    ada, bob = Person(client, "ada"), Person(client, "bob")
    asyncio.run(make_admin("ada", get_settings()))

    first, second = (ada.ask("POST", "/admin/retrain") for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 202)
    assert (first.json()["is_new"], second.json()["is_new"]) == (True, False)
    assert first.json()["link"] == second.json()["link"]
    assert len(airflow.triggered) == 1
    assert bob.ask("POST", "/admin/retrain").status_code == 403


@pytest.fixture
def no_airflow(monkeypatch):
    monkeypatch.setenv("MARQUEE_AIRFLOW__URL", "http://127.0.0.1:9")


def test_without_airflow_no_training_starts_and_the_answer_says_so(no_airflow, client):
    ada = Person(client, "ada")
    asyncio.run(make_admin("ada", get_settings()))

    answer = ada.ask("POST", "/admin/retrain")

    assert (answer.status_code, answer.json()["error"]) == (503, "server_unreachable")
