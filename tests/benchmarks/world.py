"""The servers of a measurement: MongoDB and Redis, the API with its cache and without, and a bare FastAPI."""

import os
import subprocess
import sys
from contextlib import contextmanager
from functools import partial

import httpx

from infra.local import servers
from infra.local.probes import http_answers, wait_until
from infra.settings import ApiSettings, MongodbSettings, RedisSettings
from tests.benchmarks.generated_lists import publish_lists
from tests.conftest import free_port

N_USERS = 10_000
NOBODY_LISTENS = "redis://127.0.0.1:9/0"
HOT = "/api/v1/users/7/recommendations"
START_SECONDS = 60.0


@contextmanager
def running(command, folder, environment, answers):
    folder.mkdir(parents=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **servers.PYTHON, **environment}, stdout=log, stderr=log
        )
        try:
            assert wait_until(answers, START_SECONDS), (folder / "log").read_text()[-2000:]
            yield
        finally:
            process.terminate()
            process.wait()


class World:
    """MongoDB, Redis, and three processes: the API with Redis, the API without it, and the bare one."""

    def __init__(self, folder, opened):
        self.folder = folder
        self._opened = opened
        self.mongodb = MongodbSettings(port=free_port())
        redis = RedisSettings(port=free_port())
        self._start(servers.mongodb(self.mongodb, folder / "mongodb"))
        self._start(servers.redis(redis, folder / "redis"))
        publish_lists(self.mongodb, N_USERS)
        self.cached = self._start_api(redis.address, "api")
        self.uncached = self._start_api(NOBODY_LISTENS, "api_without_redis")
        self.bare = self._start_bare(httpx.get(self.cached + HOT, trust_env=False).text)

    def _start(self, server, environment=None):
        (command,) = server.programs.values()
        settings = {**server.environment, **(environment or {})}
        self._opened.enter_context(running(command, server.folder, settings, server.answers))
        server.settle()

    def _start_api(self, redis_address, name):
        api = servers.api(ApiSettings(port=free_port()), self.folder / name)
        settings = {
            "MARQUEE_API__PORT": str(api.port),
            "MARQUEE_MONGODB__URL": self.mongodb.address,
            "MARQUEE_REDIS__URL": redis_address,
        }
        self._start(api, settings)
        return api.address

    def _start_bare(self, constant):
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        command = (sys.executable, "-m", "uvicorn", "tests.benchmarks.bare_api:app", "--port", str(port))
        answers = partial(http_answers, f"{address}/bytes")
        quiet = (*command, "--no-access-log")
        self._opened.enter_context(running(quiet, self.folder / "bare", {"CONSTANT": constant}, answers))
        return address
