"""Asking for the lists of user 7, and reading what they show."""

from datetime import timedelta

from fastapi.testclient import TestClient

from tests.publication import NIGHT

LATER = NIGHT + timedelta(minutes=30)
OF_USER = "/api/v1/users/7/recommendations"


def told(client: TestClient, address: str = OF_USER, **wishes: object) -> dict:
    """Return what is answered to these wishes."""
    return client.get(address, params=wishes).json()


def movie_ids(answer: dict) -> list[int]:
    """Return the movies of an answer, as they are shown."""
    return [movie["movie_id"] for movie in answer["movies"]]
