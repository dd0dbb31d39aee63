"""An Airflow over HTTP whose DAGs have one task each, which goes through the states that a test writes down."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from fastapi import FastAPI, HTTPException

BEGAN = datetime(2026, 11, 20, tzinfo=UTC)


class ScriptedAirflow:
    """Each look at a task moves it on by one state; a run that ends well is followed by one of the next DAG."""

    def __init__(self, script: Mapping[str, Sequence[str]], log: Sequence[str] = ()) -> None:
        self.script = {dag_id: list(states) for dag_id, states in script.items()}
        self.log = log
        self.triggered: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self.tasks: dict[str, dict[str, Any]] = {}
        self._minutes = count()

    def begin(self, dag_id: str, partition_key: str, state: str = "running") -> dict[str, Any]:
        queued_at = BEGAN + timedelta(minutes=next(self._minutes))
        run = {
            "dag_id": dag_id,
            "dag_run_id": f"{dag_id}__{queued_at.isoformat()}",
            "partition_key": partition_key,
            "state": state,
            "queued_at": queued_at.isoformat(),
        }
        self.runs.append(run)
        self.tasks[run["dag_run_id"]] = {
            "task_id": "only",
            "map_index": -1,
            "rendered_map_index": None,
            "try_number": 1,
            "state": None,
            "start_date": queued_at.isoformat(),
            "end_date": (queued_at + timedelta(seconds=7)).isoformat(),
        }
        return run

    def look(self, run: dict[str, Any]) -> dict[str, Any]:
        task = self.tasks[run["dag_run_id"]]
        if run["state"] == "running":
            state = self.script[run["dag_id"]].pop(0)
            if state == "ended by hand":
                self._end(run, "failed")
                return task
            if state == "left out":  # the task failed, and those after it went on without it
                task["state"] = "failed"
                self._end(run, "success")
                return task
            task["state"] = state
            if state in ("success", "failed"):
                self._end(run, state)
        return task

    def _end(self, run: dict[str, Any], state: str) -> None:
        run["state"] = state
        dag_ids = list(self.script)
        following = dag_ids[dag_ids.index(run["dag_id"]) + 1 :]
        if state == "success" and following:
            self.begin(following[0], run["partition_key"])

    def app(self) -> FastAPI:
        app = FastAPI()
        runs = "/api/v2/dags/{dag_id}/dagRuns"

        def find(run_id: str) -> dict[str, Any]:
            return next(run for run in self.runs if run["dag_run_id"] == run_id)

        @app.get("/auth/token")
        def token():
            return {"access_token": "for-everyone"}

        @app.get("/api/v2/dags")
        def dags():
            return {"dags": [{"dag_id": dag_id} for dag_id in self.script]}

        @app.post(runs)
        def trigger(dag_id: str, body: dict[str, Any]):
            if dag_id not in self.script:
                raise HTTPException(404)
            self.triggered.append({"dag_id": dag_id, **body})
            return self.begin(dag_id, body["partition_key"])

        @app.get(runs)
        def newest_first(dag_id: str):
            return {"dag_runs": [run for run in reversed(self.runs) if run["dag_id"] == dag_id]}

        @app.get(runs + "/{run_id}")
        def one_run(run_id: str):
            return find(run_id)

        @app.get(runs + "/{run_id}/taskInstances")
        def tasks(run_id: str):
            return {"task_instances": [self.look(find(run_id))]}

        @app.get(runs + "/{run_id}/taskInstances/only/logs/1")
        def log():
            return {"content": [{"event": line} for line in self.log]}

        return app
