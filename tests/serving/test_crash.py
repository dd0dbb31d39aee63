"""What somebody did outlives the API that heard of it."""

from dataclasses import replace

import httpx
import pytest
from redis import Redis

from infra.local import servers
from infra.local.probes import wait_until
from infra.settings import ApiSettings, RedisSettings
from infra.stores.events import INTERACTIONS, Interaction
from tests.conftest import free_port
from tests.publication import publish
from tests.serving.people import PASSWORD

PATIENCE = 60.0


@pytest.fixture
def run_api(start, mongodb, tmp_path):
    """Run the API as a process that a test may kill, against a Redis that need not be there."""
    processes = []

    def run(redis_address):
        api = servers.api(ApiSettings(port=free_port()), tmp_path / "api")
        settings = {
            "MARQUEE_API__PORT": str(api.port),
            "MARQUEE_API__ACTION_TIMEOUT_MS": "10000",  # a busy machine is no outage
            "MARQUEE_MONGODB__URL": mongodb.address,
            "MARQUEE_MONGODB__DATABASE": mongodb.database,
            "MARQUEE_REDIS__URL": redis_address,
        }
        processes.append(start(replace(api, environment={**api.environment, **settings})))
        return processes[-1], api.address

    yield run
    for process in processes:
        process.kill()
        process.wait()


def test_an_api_killed_before_redis_heard_of_it_tells_it_once_when_it_runs_again(start, mongodb, run_api, tmp_path):
    publish(mongodb, users={})
    redis = servers.redis(RedisSettings(port=free_port()), tmp_path / "redis")
    process, address = run_api(redis.address)
    with httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE) as client:
        tokens = client.post("/api/v1/auth/register", json={"name": "ada", "password": PASSWORD}).json()
        proof = {"Authorization": f"Bearer {tokens['access_token']}"}
        for movie_id in (6, 541):
            answer = client.post("/api/v1/watched", json={"movie_id": movie_id}, headers=proof)
            assert answer.status_code == 200
    process.kill()
    process.wait()

    start(redis)
    run_api(redis.address)

    with Redis.from_url(redis.address, decode_responses=True) as stream:
        assert wait_until(lambda: stream.xlen(INTERACTIONS) == 2, PATIENCE)
        told = [Interaction.from_entry(fields) for _, fields in stream.xrange(INTERACTIONS)]
    user_id = tokens["profiles"][0]["user_id"]
    assert [(event.id, event.movie_id) for event in told] == [(f"{user_id}-1", 6), (f"{user_id}-2", 541)]
