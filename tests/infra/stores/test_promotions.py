from datetime import UTC, datetime, timedelta

import pytest
from pymongo import MongoClient

from infra.errors import ServerUnreachable
from infra.stores.promotions import PromotionLog

ALS, EASE = {"name": "als", "version": 1}, {"name": "ease", "version": 2}


@pytest.fixture
def log(mongodb):
    with PromotionLog(mongodb.address, mongodb.database) as log:
        log.ensure_indexes()
        yield log


@pytest.fixture
def database(mongodb):
    with MongoClient(mongodb.address, tz_aware=True) as client:
        yield client[mongodb.database]


def decided(log, live, verdict="promoted", registered_name="recommender"):
    """Append a decision and return the moment right after it."""
    log.append(registered_name, live, "night", {"verdict": verdict, "reason": "better"})
    return log.newest(registered_name)["at"] + timedelta(milliseconds=1)


def test_the_newest_decision_tells_what_is_live(log):
    decided(log, ALS)
    decided(log, ALS, "refused")

    newest = log.newest("recommender")

    assert (newest["verdict"], newest["live"], newest["who"], newest["reason"]) == ("refused", ALS, "night", "better")


def test_what_was_live_can_be_asked_for_any_moment(log):
    before = datetime.now(UTC) - timedelta(seconds=1)
    after_first = decided(log, ALS)
    after_second = decided(log, EASE)

    assert log.newest("recommender", before) is None
    assert log.newest("recommender", after_first - timedelta(milliseconds=1))["live"] == ALS
    assert log.newest("recommender", after_second)["live"] == EASE


def test_each_registered_model_has_a_history_of_its_own(log):
    decided(log, ALS)
    decided(log, EASE, registered_name="similar_movies")

    assert log.newest("recommender")["live"] == ALS
    assert log.newest("similar_movies")["live"] == EASE


def test_readers_find_the_live_versions_in_one_document(log, database):
    decided(log, ALS)
    decided(log, EASE, registered_name="similar_movies")

    assert database["serving_state"].find_one({"_id": "champion"})["models"] == {
        "recommender": ALS,
        "similar_movies": EASE,
    }


def test_decisions_are_appended_and_none_is_changed(log, database):
    decided(log, ALS)
    first = database["promotions"].find_one()
    decided(log, EASE)

    assert database["promotions"].count_documents({}) == 2
    assert database["promotions"].find_one({"_id": first["_id"]}) == first


def test_who_was_live_before_a_version_is_found_over_refusals(log):
    decided(log, ALS)
    decided(log, EASE)
    decided(log, EASE, "refused")

    assert log.live_before("recommender", 2) == ALS
    assert log.live_before("recommender", 1) == EASE


def test_before_the_first_champion_nobody_was_live(log):
    decided(log, None, "refused")
    decided(log, ALS)

    assert log.live_before("recommender", 1) is None


def test_a_version_came_to_be_live_by_the_first_decision_of_its_last_reign(log):
    decided(log, ALS)
    decided(log, EASE)
    log.append("recommender", ALS, "ada", {"verdict": "demoted", "reason": "odd lists"})
    after = decided(log, ALS, "refused")

    came = log.came_to_be("recommender", 1, after)

    assert (came["verdict"], came["who"]) == ("demoted", "ada")


def test_a_server_that_is_down_is_said_in_words(monkeypatch):
    monkeypatch.setattr("infra.stores.mongodb.PATIENCE_MS", 100)

    with pytest.raises(ServerUnreachable, match="make up"):
        PromotionLog("mongodb://127.0.0.1:1/", "marquee")


def test_only_another_champion_is_announced(mongodb):
    told = []
    with PromotionLog(mongodb.address, mongodb.database, lambda *update: told.append(update)) as log:
        decided(log, None, "refused")
        decided(log, ALS)
        decided(log, ALS, "refused")
        decided(log, EASE, registered_name="similar_movies")
        decided(log, EASE)

    assert told == [("recommender", ALS), ("similar_movies", EASE), ("recommender", EASE)]
