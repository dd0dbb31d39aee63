import asyncio
from datetime import UTC, datetime

import httpx
import pyarrow as pa
import pytest
from pymongo import MongoClient

from infra.errors import AnswersMissing
from pipelines.calling import calls
from pipelines.simulate import Rating, due_seconds, newest, run
from tests.conftest import free_port
from tests.publication import publish

PASSWORD = "correct horse battery"


def at(second):
    return datetime(2018, 9, 24, 14, 27, second, tzinfo=UTC)


RATINGS = [
    Rating(7, 6, 3.0, at(0)),
    Rating(9, 541, 4.5, at(30)),
    Rating(7, 6, 5.0, at(30)),
    Rating(7, 404, 2.0, at(59)),
]
AT_ONCE = [0.0] * len(RATINGS)


def test_the_newest_ratings_come_in_the_order_of_time():
    table = pa.Table.from_pylist([each._asdict() for each in reversed(RATINGS)])

    assert newest(table, 3) == [RATINGS[2], RATINGS[1], RATINGS[3]]
    assert len(newest(table, 100)) == 4


def test_they_are_due_as_they_came_or_at_a_rate():
    assert due_seconds(RATINGS, speed=1.0, per_second=None) == [0, 30, 30, 59]
    assert due_seconds(RATINGS, speed=10.0, per_second=None) == [0, 3, 3, 5.9]
    assert due_seconds(RATINGS, speed=1.0, per_second=4.0) == [0, 0.25, 0.5, 0.75]


def test_every_user_rates_by_an_account_of_its_own_and_running_it_twice_changes_nothing(mongodb, api_address, capsys):
    publish(mongodb, users={})
    address = api_address()

    first, again = (asyncio.run(run(address, RATINGS, AT_ONCE, PASSWORD)) for _ in range(2))

    assert first == again == {"not_found": 1}
    with MongoClient(mongodb.address) as server:
        stored = server[mongodb.database]
        assert sorted(account["name"] for account in stored.accounts.find()) == ["movielens-7", "movielens-9"]
        assert sorted((each["movie_id"], each["rating"]) for each in stored.ratings.find()) == [(6, 5.0), (541, 4.5)]
    assert "2 users, 2 signed in" in capsys.readouterr().out


def test_users_that_cannot_sign_in_are_told_and_their_ratings_left_out(mongodb, api_address, capsys):
    publish(mongodb, users={})
    address = api_address()
    httpx.post(f"{address}/api/v1/auth/register", json={"name": "movielens-9", "password": "another password"})

    refused = asyncio.run(run(address, RATINGS, AT_ONCE, PASSWORD))

    assert refused == {"not_signed_in": 1, "not_found": 1}
    assert "not signed in: not_signed_in 1; their ratings are left out" in capsys.readouterr().out


def test_where_no_answer_comes_it_ends_with_words(monkeypatch):
    monkeypatch.setattr(calls, "FIRST_PAUSE_SECONDS", 0.001)

    with pytest.raises(AnswersMissing, match="4 of 4 ratings got no answer"):
        asyncio.run(run(f"http://127.0.0.1:{free_port()}", RATINGS, AT_ONCE, PASSWORD))
