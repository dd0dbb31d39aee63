"""Questions that tell whether a server serves requests; one that cannot be reached is a plain no."""

import time
from collections.abc import Callable

import httpx
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

LOOPBACK = "127.0.0.1"
TIMEOUT_SECONDS = 2.0
FIRST_REQUEST_SECONDS = 60.0
PAUSE_SECONDS = 0.2
ONE_TRY = Retry(NoBackoff(), retries=0)  # the caller asks again; left alone, a no takes seconds

# No proxy: it is for the world outside, and these servers are on this machine.
_direct = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until the answer is yes or the time is over; return the last answer."""
    deadline = time.monotonic() + seconds
    while not (answer := is_so()) and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    return answer


def http_answers(url: str) -> bool:
    """Tell whether `url` is served; a refusal for want of a key shows a working server too."""
    try:
        return not _direct.get(url).is_server_error
    except httpx.HTTPError:
        return False


def create_mlflow_tables(address: str) -> None:
    """Make the first request to MLflow's store, which creates its tables and may take some seconds; safe to repeat."""
    _direct.get(f"{address}/api/2.0/mlflow/experiments/get?experiment_id=0", timeout=FIRST_REQUEST_SECONDS)


def airflow_answers(address: str) -> bool:
    """Tell whether the API answers and the scheduler and the DAG processor have lately reported to it."""
    try:
        health = _direct.get(f"{address}/api/v2/monitor/health")
    except httpx.HTTPError:
        return False
    parts = health.json() if health.is_success else {}
    return all(parts.get(part, {}).get("status") == "healthy" for part in ("scheduler", "dag_processor"))


def redis_answers(port: int) -> bool:
    """Tell whether Redis has loaded its data and takes commands."""
    with Redis(LOOPBACK, port, socket_timeout=TIMEOUT_SECONDS, retry=ONE_TRY) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def mongodb_answers(port: int) -> bool:
    """Tell whether mongod takes commands, initiated or not."""
    timeout_ms = int(TIMEOUT_SECONDS * 1000)
    with MongoClient[dict[str, object]](
        LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=timeout_ms
    ) as client:
        try:
            return bool(client.admin.command("ping"))
        except PyMongoError:
            return False
