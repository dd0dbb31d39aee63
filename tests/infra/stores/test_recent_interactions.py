import asyncio
from datetime import timedelta

from pymongo import AsyncMongoClient

from infra.stores.recent_interactions import N_LATEST, Interaction, read_recent_interactions
from infra.stores.user_layout import Kind
from tests.publication import NIGHT

HOUR = timedelta(hours=1)


def read(mongodb, documents):
    """Write documents by collection, and read what the user did."""

    async def scenario():
        async with AsyncMongoClient(mongodb.address, tz_aware=True) as client:
            database = client[mongodb.database]
            for collection, written in documents.items():
                await database[collection].insert_many(written)
            told = await read_recent_interactions(database, [7])
            assert list(told) == [7]
            return told[7]

    return asyncio.run(scenario())


def test_ratings_views_and_what_was_hidden_come_in_one_answer(mongodb):
    told = read(
        mongodb,
        {
            "ratings": [{"user_id": 7, "movie_id": 6, "rating": 4.5, "rated_at": NIGHT}],
            "watched_movies": [{"user_id": 7, "movie_id": 541, "watched_at": NIGHT + HOUR}],
            "hidden_movies": [{"user_id": 7, "movie_id": 1, "hidden_at": NIGHT + 2 * HOUR}],
        },
    )

    assert told == (
        Interaction(Kind.RATING, 6, NIGHT, 4.5),
        Interaction(Kind.WATCH, 541, NIGHT + HOUR),
        Interaction(Kind.HIDE, 1, NIGHT + 2 * HOUR),
    )


def test_what_many_users_did_comes_in_one_answer_and_does_not_mix(mongodb):
    async def scenario():
        async with AsyncMongoClient(mongodb.address, tz_aware=True) as client:
            database = client[mongodb.database]
            seen = [{"user_id": n, "movie_id": 10 * n, "watched_at": NIGHT} for n in (7, 8, 9)]
            await database["watched_movies"].insert_many(seen)
            return await read_recent_interactions(database, [7, 8, 6])

    told = asyncio.run(scenario())

    assert told == {7: (Interaction(Kind.WATCH, 70, NIGHT),), 8: (Interaction(Kind.WATCH, 80, NIGHT),), 6: ()}


def test_what_others_did_is_not_read(mongodb):
    assert read(mongodb, {"hidden_movies": [{"user_id": 8, "movie_id": 1, "hidden_at": NIGHT}]}) == ()


def test_of_very_much_the_newest_is_read(mongodb):
    views = [{"user_id": 7, "movie_id": n, "watched_at": NIGHT + n * HOUR} for n in range(N_LATEST + 2)]

    told = read(mongodb, {"watched_movies": views})

    assert [each.movie_id for each in told] == list(range(N_LATEST + 1, 1, -1))


def test_of_what_was_hidden_all_is_read(mongodb):
    hidden = [{"user_id": 7, "movie_id": n, "hidden_at": NIGHT + n * HOUR} for n in range(N_LATEST + 2)]

    told = read(mongodb, {"hidden_movies": hidden})

    assert [each.movie_id for each in told] == list(range(N_LATEST + 1, -1, -1))


def test_what_makes_no_sense_costs_only_itself(mongodb):
    told = read(
        mongodb,
        {
            "ratings": [
                {"user_id": 7, "movie_id": 6, "rating": "good", "rated_at": NIGHT},
                {"user_id": 7, "movie_id": 541, "rating": 4.0},
                {"user_id": 7, "movie_id": None, "rating": 4.0, "rated_at": NIGHT},
                {"user_id": 7, "movie_id": 1, "rating": 4.0, "rated_at": NIGHT},
            ]
        },
    )

    assert [each.movie_id for each in told] == [1]
