"""Real servers for every test folder: each starts once, when the first test asks for it, and ends with the run."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.machinery import ModuleSpec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from xdist.workermanage import NodeManager

from infra.local import servers
from infra.local.probes import wait_until
from infra.local.servers import Server
from infra.settings import MlflowSettings, MongodbSettings, ObjectsSettings, RedisSettings
from infra.stores.generations import GenerationStore

START_SECONDS = 120.0
STOP_SECONDS = 20.0
MEMORY = Path("/dev/shm")  # where Linux keeps files in memory
ROOM_BYTES = 2 * 2**30

serial = count(1)


def pytest_configure() -> None:
    """End like on Ctrl-C when told to terminate, and let every process have the time to stop its servers."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    NodeManager.EXIT_TIMEOUT = STOP_SECONDS
    program = sys.modules["__main__"]
    program.__spec__ = program.__spec__ or ModuleSpec("__main__", loader=None)  # without one, pyspark ends the process


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take minutes, so that nobody waits for them in the end."""
    items.sort(key=lambda item: item.get_closest_marker("stack") is None)


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(n: int) -> list[int]:
    """Return ports that all differ, which asking `n` times for one does not promise."""
    with ExitStack() as held:
        listeners = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(n)]
        return [listener.getsockname()[1] for listener in listeners]


StartServer = Callable[[Server], subprocess.Popen[bytes]]


@pytest.fixture(scope="session")
def stored() -> Iterator[Path]:
    """A folder for what servers store, in memory where there is room: they wait for the disk most of the time."""
    has_room = MEMORY.exists() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with TemporaryDirectory(prefix="marquee-tests-", dir=MEMORY if has_room else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def start(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Start a server of one program and wait until it can be used; what still runs at the end of the run is stopped."""
    started: list[subprocess.Popen[bytes]] = []

    def start_server(server: Server) -> subprocess.Popen[bytes]:
        (command,) = server.programs.values()
        log = tmp_path_factory.mktemp("logs") / f"{server.name}.log"
        server.folder.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=server.folder,
                env={**os.environ, **server.environment},
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops the servers in order
            )
        started.append(process)
        assert wait_until(server.answers, START_SECONDS), f"{server.name} does not answer:\n{log.read_text()[-2000:]}"
        server.settle()
        return process

    yield start_server
    running = [process for process in reversed(started) if process.poll() is None]
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def mongod(start: StartServer, stored: Path) -> MongodbSettings:
    settings = MongodbSettings(port=free_port())
    start(servers.mongodb(settings, stored / "mongodb"))
    with MongoClient(settings.address) as client:  # the tests' time is not today, so nothing may end by itself
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
    return settings


@pytest.fixture
def mongodb(mongod: MongodbSettings) -> Iterator[MongodbSettings]:
    """A real MongoDB, with a database that no other test uses, and that goes with the test: each holds files open."""
    settings = fresh_mongodb(mongod)
    yield settings
    with MongoClient(settings.address) as client:
        client.drop_database(settings.database)


def fresh_mongodb(mongod: MongodbSettings) -> MongodbSettings:
    """Return the server with a database that no other test uses."""
    return mongod.model_copy(update={"database": f"test_{next(serial)}"})


@pytest.fixture
def database(mongodb: MongodbSettings) -> Iterator[Database]:
    """The test's database itself."""
    with MongoClient(mongodb.address) as client:
        yield client[mongodb.database]


@pytest.fixture
def store(mongodb: MongodbSettings) -> Iterator[GenerationStore]:
    """The generations of the test's database."""
    with GenerationStore(mongodb.address, mongodb.database) as store:
        yield store


@pytest.fixture(scope="session")
def redis_server(start: StartServer, stored: Path) -> RedisSettings:
    settings = RedisSettings(port=free_port())
    start(servers.redis(settings, stored / "redis"))
    return settings


@pytest.fixture
def redis(redis_server: RedisSettings) -> RedisSettings:
    """A real Redis, empty."""
    from redis import Redis

    with Redis.from_url(redis_server.address) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def s3(start: StartServer, stored: Path) -> ObjectsSettings:
    settings = ObjectsSettings(port=free_port())
    start(servers.objects(settings, stored / "objects"))
    return settings


@pytest.fixture
def objects(s3: ObjectsSettings) -> ObjectsSettings:
    """A real S3 server, with a bucket name that no other test uses; the bucket is not made yet."""
    return s3.model_copy(update={"bucket": f"test-{next(serial)}"})


@pytest.fixture(scope="session")
def tracking(start: StartServer, s3: ObjectsSettings, stored: Path) -> MlflowSettings:
    settings = MlflowSettings(port=free_port())
    start(servers.mlflow(settings, s3, stored / "mlflow"))
    return settings


@pytest.fixture
def mlflow_server(tracking: MlflowSettings) -> Iterator[MlflowSettings]:
    """A real MLflow whose artifacts are in the S3 server, with a fresh experiment and no registered model."""
    yield from fresh_mlflow(tracking)


def fresh_mlflow(tracking: MlflowSettings) -> Iterator[MlflowSettings]:
    """Yield the server with an experiment that no other test uses, and take its registered models away in the end."""
    yield tracking.model_copy(update={"experiment": f"test_{next(serial)}"})
    from mlflow import MlflowClient

    client = MlflowClient(tracking.address)
    for model in client.search_registered_models():
        client.delete_registered_model(model.name)


@pytest.fixture(scope="session")
def spark():
    """One small session for the whole run: starting the JVM dominates every Spark test."""
    from infra.spark import create_session

    session = create_session("tests", "local[2]", 1024)
    session.conf.set("spark.sql.shuffle.partitions", 2)
    yield session
    session.stop()
