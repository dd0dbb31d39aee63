"""What users did before they ask for lists."""

import pytest
from pymongo import MongoClient

from tests.serving.routers.shown import LATER


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
