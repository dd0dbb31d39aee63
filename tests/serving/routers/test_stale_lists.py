"""A list that is out of date is served, and a new one asked for."""

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
from tests.serving.routers.shown import LATER, OF_USER, movie_ids, told


@pytest.fixture
def events(redis):
    """Read what was asked of the near-line worker, once there are so many."""

    def read(n):
        with Redis.from_url(redis.address) as client:
            assert wait_until(lambda: client.xlen(STREAM) >= n, START_SECONDS)
            return [json.loads(fields[b"event"]) for _, fields in client.xrange(STREAM)]

    return read


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
