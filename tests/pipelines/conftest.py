"""The API as people run it, for the programs that call it."""

from dataclasses import replace

import pytest

from infra.local import servers
from infra.settings import ApiSettings
from tests.conftest import free_port
from tests.serving.conftest import PATIENT


@pytest.fixture
def api_address(start, mongodb, redis, tmp_path):
    """A process of the API that reads what is published in `mongodb`; it starts when `()` is called."""
    processes = []

    def run():
        api = servers.api(ApiSettings(port=free_port()), tmp_path / "api")
        settings = {
            **PATIENT,
            "MARQUEE_API__PORT": str(api.port),
            "MARQUEE_API__ACTION_TIMEOUT_MS": "10000",
            "MARQUEE_MONGODB__URL": mongodb.address,
            "MARQUEE_MONGODB__DATABASE": mongodb.database,
            "MARQUEE_REDIS__URL": redis.address,
        }
        processes.append(start(replace(api, environment={**api.environment, **settings})))
        return api.address

    yield run
    for process in processes:
        process.terminate()
        process.wait()
