"""What callers may wish of a list, and what users did to it."""

import json
from datetime import timedelta

import pytest
from pymongo import MongoClient
from redis import Redis

from infra.local.probes import wait_until
from infra.stores.generation_layout import CHAMPION, SERVING_STATE, Content
from infra.stores.recommendation_requests import STREAM
from tests.conftest import START_SECONDS
from tests.publication import NIGHT, publish

LATER = NIGHT + timedelta(minutes=30)
OF_USER = "/api/v1/users/7/recommendations"


def told(client, address=OF_USER, **wishes):
    return client.get(address, params=wishes).json()


def movie_ids(answer):
    return [movie["movie_id"] for movie in answer["movies"]]


@pytest.fixture
def did(mongodb):
    """Write what user 7 did: its collection, the movie, and more fields."""

    def write(collection, time, movie_id, at=LATER, **fields):
        with MongoClient(mongodb.address) as client:
            client[mongodb.database][collection].insert_one({"user_id": 7, "movie_id": movie_id, time: at, **fields})

    return {
        "watch": lambda *who, **more: write("watched_movies", "watched_at", *who, **more),
        "rate": lambda *who, **more: write("ratings", "rated_at", *who, **more),
        "hide": lambda *who, **more: write("hidden_movies", "hidden_at", *who, **more),
    }


@pytest.fixture
def events(redis):
    """Read what was asked of the near-line worker, once there are so many."""

    def read(n):
        with Redis.from_url(redis.address) as client:
            assert wait_until(lambda: client.xlen(STREAM) >= n, START_SECONDS)
            return [json.loads(fields[b"event"]) for _, fields in client.xrange(STREAM)]

    return read


def test_pages_follow_each_other(client):
    whole = told(client, limit=4)

    first, second = told(client, limit=2), told(client, limit=2, offset=2)

    assert first["movies"] + second["movies"] == whole["movies"]
    assert [movie["rank"] for movie in second["movies"]] == [3, 4]


def test_a_page_says_where_its_own_movies_come_from(client):
    assert told(client, limit=4)["filled_from"] == [{"rank": 4, "source": "popular"}]
    assert (told(client, limit=1, offset=3)["source"], told(client, limit=1, offset=3)["filled_from"]) == (
        "popular",
        [],
    )


def test_behind_the_end_there_is_nothing(client):
    assert movie_ids(told(client, offset=1000)) == []


def test_only_the_wanted_genre_is_shown_and_filled_up_from_its_list(client):
    answer = told(client, genre="Sci-Fi")

    assert movie_ids(answer) == [541, 1214]
    assert (answer["source"], answer["filled_from"]) == ("personal", [{"rank": 2, "source": "genre"}])


def test_a_genre_the_own_list_has_none_of_is_answered_from_its_list(client):
    assert told(client, genre="Sci-Fi", offset=1)["genre"] == "Sci-Fi"


@pytest.mark.parametrize(
    ("years", "shown"),
    [
        ({"year_from": 1995}, [6, 1]),
        ({"year_to": 1982}, [541, 1214]),
        ({"year_from": 1980, "year_to": 1990}, [541]),
        ({"year_from": 2000}, []),
    ],
)
def test_only_movies_of_the_wanted_years_are_shown(client, years, shown):
    assert movie_ids(told(client, **years)) == shown


def test_movies_whose_year_is_not_known_are_of_no_wanted_year(mongodb, start_api):
    publish(mongodb, {7: [999]})
    client = start_api()

    assert movie_ids(told(client, limit=1)) == [999]
    assert 999 not in movie_ids(told(client, year_from=1870))


def test_wishes_hold_for_lists_of_movies_and_popular_ones(client):
    assert movie_ids(told(client, "/api/v1/movies/541/recommendations", genre="Comedy")) == [1]
    assert movie_ids(told(client, "/api/v1/movies/popular", year_to=1990)) == [1214, 541]


@pytest.mark.parametrize("address", [OF_USER, "/api/v1/movies/541/recommendations"])
def test_an_unknown_genre_is_a_404_everywhere(client, address):
    answer = client.get(address, params={"genre": "Sience"})

    assert answer.status_code == 404
    assert "the genres are Comedy, Crime, Sci-Fi" in answer.json()["detail"]


@pytest.mark.parametrize(("thing", "more"), [("watch", {}), ("rate", {"rating": 3.0}), ("hide", {})])
def test_what_the_user_watched_rated_or_hid_is_left_out_on_every_rung(client, did, thing, more):
    did[thing](6, **more)

    assert movie_ids(told(client)) == [541, 1, 1214]


@pytest.mark.parametrize(
    ("thing", "more", "first"), [("watch", {}, 6), ("rate", {"rating": 3.0}, 6), ("hide", {}, 541)]
)
def test_what_was_watched_or_rated_can_be_wanted_but_what_was_hidden_stays_out(client, did, thing, more, first):
    did[thing](6, **more)

    assert movie_ids(told(client, exclude_watched=False))[0] == first


def test_a_user_without_a_list_gets_what_is_like_the_movies_liked_last(mongodb, start_api, did):
    publish(mongodb, {}, {541: [1214], 6: [1]})
    did["rate"](541, rating=4.0)

    answer = told(start_api())

    assert movie_ids(answer) == [1214, 6, 1]
    assert (answer["source"], answer["filled_from"]) == ("similar", [{"rank": 2, "source": "popular"}])


def test_movies_like_several_liked_ones_take_turns_the_newest_first(mongodb, start_api, did):
    publish(mongodb, {}, {541: [1214, 999], 6: [1]})
    did["rate"](541, rating=4.0, at=LATER)
    did["rate"](6, rating=5.0, at=LATER + timedelta(minutes=1))

    assert movie_ids(told(start_api())) == [1, 1214, 999]


def test_a_movie_that_was_not_liked_brings_nothing(mongodb, start_api, did):
    publish(mongodb, {}, {541: [1214]})
    did["rate"](541, rating=3.5)

    assert told(start_api())["source"] == "popular"


def test_without_lists_of_the_liked_movies_their_genre_answers(mongodb, start_api, did):
    publish(mongodb, {})
    did["rate"](541, rating=4.0)

    answer = told(start_api())

    assert (answer["source"], answer["genre"]) == ("genre", "Sci-Fi")
    assert movie_ids(answer) == [1214, 6, 1]


def test_a_fresh_list_asks_for_nothing_and_a_stale_one_once(mongodb, start_api, did, events):
    publish(mongodb, {7: [6], 8: [541]})
    client = start_api()
    told(client, "/api/v1/users/8/recommendations")
    did["rate"](541, rating=4.5)

    for _ in range(5):
        answer = client.get(OF_USER, headers={"X-Request-ID": "checkout-17"}).json()
        assert (answer["is_stale"], answer["stale_reason"], movie_ids(answer)[0]) == (True, "strong_opinion", 6)

    [event] = events(1)
    assert event.pop("id")
    assert event == {"user_id": 7, "why": "strong_opinion", "request_id": "checkout-17"}


def test_a_list_by_a_model_that_is_no_longer_champion_is_served_and_a_new_one_asked_for(mongodb, start_api, events):
    publish(mongodb, {7: [6]}, source="als")
    with MongoClient(mongodb.address) as server:
        models = {"recommender": {"name": "ials", "version": 2}}
        server[mongodb.database][SERVING_STATE].insert_one({"_id": CHAMPION, "models": models})

    answer = told(start_api())

    assert (answer["source"], answer["stale_reason"]) == ("personal", "model")
    assert [event["why"] for event in events(1)] == ["model"]


def test_an_unknown_user_s_popular_list_can_be_stale_but_nothing_is_asked_for(mongodb, start_api, events, did):
    publish(mongodb, {8: [6]})
    client = start_api(now=NIGHT + timedelta(days=3))

    assert told(client)["stale_reason"] == "age"

    told(client, "/api/v1/users/8/recommendations")
    assert [event["user_id"] for event in events(1)] == [8]


def test_a_list_written_after_its_generation_has_its_own_time(mongodb, start_api):
    generation = publish(mongodb, {7: [6]})
    with MongoClient(mongodb.address, tz_aware=True) as server:
        lists = server[mongodb.database][Content.USER_LISTS.of(generation)]
        lists.update_one({"_id": 7}, {"$set": {"generated_at": LATER}})

    answer = start_api().get(OF_USER)

    assert answer.json()["generated_at"] == "2026-11-20T01:01:05Z"
    assert answer.headers["X-Reco-Age"] == "1800"
    assert answer.headers["X-Reco-Generation"] == generation


def test_movies_that_the_catalogue_does_not_know_are_left_out(mongodb, start_api):
    publish(mongodb, {7: [12345, 6]})

    assert movie_ids(told(start_api()))[0] == 6
