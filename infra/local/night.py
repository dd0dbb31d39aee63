"""A night through Airflow's scheduler, as a person watches it from a terminal."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from infra.errors import NightFailed
from infra.local.airflow import Airflow, Run, Task
from infra.local.probes import wait_until
from infra.stores.training_runs import NIGHT

WORDS = {
    "running": "running for {seconds} s",
    "success": "done in {seconds} s",
    "up_for_retry": "failed after {seconds} s, and is tried again:",
    "failed": "failed after {seconds} s",
}
LOG_LINES = 5
POLL_SECONDS = 1.0
REMINDER_SECONDS = 15
STALL_SECONDS = 180.0  # a run follows within seconds, unless another of the same DAG is in its way


def run_night(airflow: Airflow, day: str, dataset: str) -> None:
    """Trigger the head DAG for a day and watch all four, until recommendations are published.

    A night of that day that is under way is watched, and no second one started. Raises NightFailed with the last lines
    of the task that failed.
    """
    if not wait_until(lambda: airflow.has(NIGHT), STALL_SECONDS):
        raise NightFailed(
            f"Airflow has not read all of {', '.join(NIGHT)}: its first page shows which file fails, and why"
        )
    head = _head_under_way(airflow, day) or airflow.trigger(NIGHT[0], day, {"dataset": dataset})
    for dag_id in NIGHT:
        _watch(airflow, _wait_for_start(airflow, dag_id, day, head))


def _head_under_way(airflow: Airflow, day: str) -> Run | None:
    newest = {dag_id: runs[-1] for dag_id in NIGHT if (runs := airflow.runs(dag_id, day))}
    head = newest.get(NIGHT[0])
    is_under_way = head and head.state != "failed" and not all(run.is_over for run in newest.values())
    return head if is_under_way else None


def _wait_for_start(airflow: Airflow, dag_id: str, day: str, head: Run) -> Run:
    """Return the run of a DAG that came of `head`, or `head` itself, once it has left the queue."""

    def started() -> list[Run]:
        runs = airflow.runs(dag_id, day)
        return [run for run in runs if run.queued_at >= head.queued_at and run.state != "queued"]

    if not wait_until(lambda: bool(started()), STALL_SECONDS):
        raise NightFailed(
            f"{dag_id} has not started within {STALL_SECONDS:.0f} s: see in Airflow whether it is paused, "
            f"or an earlier run is in its way"
        )
    return started()[0]


def _watch(airflow: Airflow, run: Run) -> None:
    """Print what becomes of the tasks of a run until it is over."""
    told: dict[tuple[str, int], object] = {}
    while True:
        run = airflow.refreshed(run)
        tasks = airflow.tasks(run)
        for task in tasks:
            key = task.task_id, task.map_index
            stage = task.state, task.try_number, _seconds(task) // REMINDER_SECONDS
            if task.state in WORDS and told.get(key) != stage:
                print(_line(airflow, run, task), flush=True)
                told[key] = stage
        if run.state == "failed":
            raise NightFailed(_why(airflow, run, tasks))
        if run.is_over:
            return
        time.sleep(POLL_SECONDS)


def _why(airflow: Airflow, run: Run, tasks: Sequence[Task]) -> str:
    """Return why a run failed: the last words of the task that failed last, if one did."""
    failed = [task for task in tasks if task.state == "failed"]
    if not failed:
        return f"{run.dag_id} was ended before its tasks were: {airflow.page(run)}"
    return _last_words(airflow, run, max(failed, key=lambda task: task.ended_at or run.queued_at))


def _line(airflow: Airflow, run: Run, task: Task) -> str:
    words = WORDS[task.state or ""].format(seconds=_seconds(task))
    reason = airflow.last_lines(run, task, 1) if task.state == "up_for_retry" else []
    return " ".join([f"{run.dag_id:<24} {task.name:<20} {words}", *reason])


def _seconds(task: Task) -> int:
    if task.started_at is None:
        return 0
    return int(((task.ended_at or datetime.now(UTC)) - task.started_at).total_seconds())


def _last_words(airflow: Airflow, run: Run, task: Task) -> str:
    lines = "\n".join(f"    {line}" for line in airflow.last_lines(run, task, LOG_LINES))
    return (
        f"{run.dag_id} failed in its task {task.name}; the last lines of its log:\n{lines}\n"
        f"the whole log: {airflow.page(run, task)}"
    )
