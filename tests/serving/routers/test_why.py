import asyncio

import pytest

from infra.settings import get_settings
from serving.make_admin import make_admin
from tests.pipelines.near_line import working as near_line
from tests.pipelines.near_line.working import DRAMAS, USER, working
from tests.serving.people import Person


def ask(client, user_id, movie_id):
    return client.get("/api/v1/why", params={"user_id": user_id, "movie_id": movie_id})


def test_what_is_stored_is_told_without_a_worker(client):
    answer = ask(client, 7, 541)

    assert answer.status_code == 200
    told = answer.json()
    assert told["movie"]["title"] == "Blade Runner"
    assert told["place"] == {"rank": 2, "score": 0.5, "source": "als"}
    assert (told["n_listed"], told["generated_at"]) == (3, "2026-11-20T00:31:05Z")
    assert told["generation"]["id"] == "2026-11-20T003105Z"
    assert told["generation"]["model"] == {"name": "als", "version": 1}
    assert told["reasons"] is None
    assert told["reasons_missing"].startswith("no near-line worker runs")


def test_a_movie_that_is_not_in_the_list_has_no_place(client):
    assert ask(client, 7, 1214).json()["place"] is None


def test_someone_without_a_list_is_told_so(client):
    told = ask(client, 8, 6).json()

    assert (told["place"], told["n_listed"]) == (None, 0)


def test_an_unknown_movie_is_not_found(client):
    assert ask(client, 7, 999999999).status_code == 404


def test_before_the_first_publication_there_is_nothing_to_ask_about(start_api):
    answer = ask(start_api(), 7, 6)

    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_about_a_profile_only_its_account_and_admins_may_ask(client):
    ada, bob = Person(client, "ada"), Person(client, "bob")
    address = f"/why?user_id={ada.user_id}&movie_id=6"

    assert client.get(f"/api/v1{address}").status_code == 401
    assert bob.ask("GET", address).status_code == 403
    assert ada.ask("GET", address).status_code == 200

    asyncio.run(make_admin("bob", get_settings()))
    assert bob.ask("GET", address).status_code == 200


def test_what_was_done_with_the_movie_since_is_told(client):
    ada = Person(client, "ada")
    ada.ask("PUT", "/ratings/6", {"rating": 4.5})
    ada.ask("PUT", "/hidden/541", {})

    told = ada.ask("GET", f"/why?user_id={ada.user_id}&movie_id=6").json()

    assert [(done["kind"], done["rating"]) for done in told["done_since"]] == [("rating", 4.5)]


def test_the_reasons_come_from_a_worker(mongodb, redis, start_api):
    near_line.publish(mongodb)
    client = start_api()
    unseen = next(movie for movie in DRAMAS if not (movie + USER) % 5)

    async def scenario():
        async with working(mongodb, redis), asyncio.timeout(60):
            while not (told := (await asyncio.to_thread(ask, client, USER, unseen)).json())["reasons"]:
                await asyncio.sleep(0.05)
            return told

    told = asyncio.run(scenario())

    assert told["reasons_missing"] is None
    assert told["reasons"]["verdict"] == "listed"
    assert told["reasons"]["model"] == {"name": "als", "version": 1}
    assert told["reasons"]["opinions"][0]["source"] == "als"
    assert told["place"]["score"] == 1.0
    assert told["reasons"]["disagreement"].startswith("the score is 1 as stored and ")


@pytest.mark.parametrize("user_id", ["abc", "0", "-1", "1.0"])
def test_an_impossible_user_is_refused(client, user_id):
    assert ask(client, user_id, 6).status_code == 422
