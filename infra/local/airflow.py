"""Airflow's REST API, as far as someone who triggers a DAG and watches what follows needs it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

import httpx

from infra.errors import ServerUnreachable
from infra.local.probes import PAUSE_SECONDS

TIMEOUT_SECONDS = 30.0
PATIENCE_SECONDS = 120.0  # the supervisor brings a killed api-server back in less
NEWEST_RUNS = 50
CLOSING_LINES = ("::group::", "::endgroup::", "Task exited", "Retry policy")  # Airflow's own, below what the task said


@dataclass(frozen=True)
class Run:
    """A run of a DAG."""

    dag_id: str
    run_id: str
    partition_key: str | None
    state: str
    queued_at: datetime

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more happens in it."""
        return self.state in ("success", "failed")


@dataclass(frozen=True)
class Task:
    """The newest try of a task; `state` is None before the scheduler has come to it.

    `map_index` counts the tasks that one step was made into, -1 for a step that is one task; `name` tells them apart.
    """

    task_id: str
    map_index: int
    name: str
    try_number: int
    state: str | None
    started_at: datetime | None
    ended_at: datetime | None


class Airflow:
    """An Airflow that gives everyone on its machine a token, as `make up` runs it.

    Everything here raises ServerUnreachable when it does not answer, or refuses.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        # No proxy: it is for the world outside.
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        token = self._ask("GET", "/auth/token")["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def has(self, dag_ids: Iterable[str]) -> bool:
        """Tell whether the files of all these DAGs have been read."""
        return set(dag_ids) <= {dag["dag_id"] for dag in self._ask("GET", "/api/v2/dags")["dags"]}

    def trigger(self, dag_id: str, partition_key: str, conf: dict[str, str]) -> Run:
        """Start a run and return it, still queued."""
        body = {"logical_date": None, "partition_key": partition_key, "conf": conf}
        return _run(self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body))

    def runs(self, dag_id: str, partition_key: str) -> list[Run]:
        """Return the runs for a partition among the DAG's newest, oldest first."""
        path = f"/api/v2/dags/{dag_id}/dagRuns"
        told = self._ask("GET", path, params={"order_by": "-id", "limit": NEWEST_RUNS})["dag_runs"]
        return [_run(record) for record in reversed(told) if record["partition_key"] == partition_key]

    def refreshed(self, run: Run) -> Run:
        """Return the run as it is now."""
        return _run(self._ask("GET", _path(run)))

    def tasks(self, run: Run) -> list[Task]:
        """Return the tasks of a run."""
        told = self._ask("GET", f"{_path(run)}/taskInstances")["task_instances"]
        return [
            Task(
                record["task_id"],
                record["map_index"],
                record["rendered_map_index"] or record["task_id"],
                record["try_number"],
                record["state"],
                _moment(record["start_date"]),
                _moment(record["end_date"]),
            )
            for record in told
        ]

    def last_lines(self, run: Run, task: Task, n: int) -> list[str]:
        """Return the last `n` lines of the log of the task's newest try."""
        path = f"{_path(run)}/taskInstances/{task.task_id}/logs/{task.try_number}"
        which = {"full_content": True, "map_index": task.map_index}
        told = self._ask("GET", path, params=which, headers={"Accept": "application/json"})["content"]
        said = [entry["event"] for entry in told if not entry["event"].startswith(CLOSING_LINES)]
        return [line for event in said for line in event.splitlines()][-n:]

    def page(self, run: Run, task: Task | None = None) -> str:
        """Return the address where a person sees the run, or reads the log of one of its tasks."""
        page = f"{self._address}/dags/{run.dag_id}/runs/{quote(run.run_id, safe='')}"
        return f"{page}/tasks/{task.task_id}" if task else page

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        """Return the answer as JSON; a question that stays without one is asked again for PATIENCE_SECONDS."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._client.request(method, f"{self._address}{path}", **request).raise_for_status().json()
            except httpx.HTTPError as error:
                is_silent = isinstance(error, httpx.TransportError)
                if not (is_silent and method == "GET" and time.monotonic() < deadline):
                    raise ServerUnreachable(f"Airflow at {self._address} does not answer {path}: {error}") from None
                time.sleep(PAUSE_SECONDS)


def _path(run: Run) -> str:
    return f"/api/v2/dags/{run.dag_id}/dagRuns/{quote(run.run_id, safe='')}"


def _run(record: dict[str, Any]) -> Run:
    queued_at = datetime.fromisoformat(record["queued_at"])
    return Run(record["dag_id"], record["dag_run_id"], record["partition_key"], record["state"], queued_at)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
