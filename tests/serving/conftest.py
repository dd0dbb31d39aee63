"""The API inside the test's process, at a time the test chooses, reading a real MongoDB."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from infra.settings import MongodbSettings, RedisSettings, get_settings
from serving.app import app
from tests.publication import NIGHT, publish

USERS = {7: [6, 541, 1]}
SIMILAR = {541: [1214, 1]}

PATIENT = {  # a busy machine is no outage
    "MARQUEE_API__REDIS_TIMEOUT_MS": "2000",
    "MARQUEE_API__MONGODB_TIMEOUT_MS": "2000",
    "MARQUEE_API__PERSONAL_BUDGET_MS": "5000",
    "MARQUEE_API__SIMILAR_BUDGET_MS": "5000",
}


@pytest.fixture
def start_api(
    mongodb: MongodbSettings, redis: RedisSettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., TestClient]]:
    """Start the API; what is published before is what it finds."""
    monkeypatch.setenv("MARQUEE_MONGODB__DATABASE", mongodb.database)
    monkeypatch.setattr("serving.people.PasswordHasher", partial(PasswordHasher, time_cost=1, memory_cost=64))
    for name, value in PATIENT.items():
        monkeypatch.setenv(name, value)

    def start(
        address: str = mongodb.address,
        now: datetime = NIGHT + timedelta(hours=1),
        redis_address: str = redis.address,
        action_timeout_ms: int = 10_000,
    ) -> TestClient:
        monkeypatch.setenv("MARQUEE_REDIS__URL", redis_address)
        monkeypatch.setenv("MARQUEE_API__ACTION_TIMEOUT_MS", str(action_timeout_ms))
        monkeypatch.setenv("MARQUEE_MONGODB__URL", address)
        get_settings.cache_clear()
        monkeypatch.setattr(app.state, "clock", lambda: now)
        return running.enter_context(TestClient(app))

    with ExitStack() as running:
        yield start
    get_settings.cache_clear()


@pytest.fixture
def client(mongodb: MongodbSettings, start_api: Callable[..., TestClient]) -> TestClient:
    """The API one hour after a publication."""
    publish(mongodb, USERS, SIMILAR)
    return start_api()
