"""Runs of the DAGs that train, in an Airflow that gives a token to its user, or to everyone, as that of `make up`."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from infra.errors import ServerUnreachable

TRAINING = "train_models"
NIGHT = ("ingest_ratings", "build_features", TRAINING, "publish_recommendations")
"""The DAGs of a night: what each writes, the next one waits for."""

NEWEST = "?order_by=-id&limit=20"
UNDER_WAY = ("queued", "running")
TIMEOUT_SECONDS = 10.0
CONFLICT = 409


class TrainingRun(NamedTuple):
    """A run, by the page where a person sees it; `is_new` is false for one that was under way already."""

    link: str
    is_new: bool


class TrainingRuns:
    """The runs of one Airflow, whose pages people may open at another address than programs.

    It asks with the standard library alone, which is all that the image of the API has.
    """

    def __init__(self, address: str, login: Mapping[str, str] | None = None, page_address: str | None = None) -> None:
        self._address = address
        self._page_address = page_address or address
        self._login = login
        self._opener = build_opener(ProxyHandler({}))  # a proxy is for the world outside

    def start(self, why: str) -> TrainingRun:
        """Start a run on the newest features, or return the one under way; of several callers, one starts it.

        Raises ServerUnreachable when Airflow does not answer, or refuses.
        """
        return self._start([TRAINING], None, why)

    def start_night(self, day: date, why: str) -> TrainingRun:
        """Start a night of a day: land what has happened until now, train on that, publish; else as `start`.

        While any DAG of a night is under way, that run is returned.
        """
        return self._start(NIGHT, str(day), why)

    def _start(self, dag_ids: Sequence[str], partition_key: str | None, why: str) -> TrainingRun:
        """Start the first of these DAGs, which leads on to the others, unless one of them is under way."""
        try:
            token = self._ask("/auth/token", body=self._login)["access_token"]
            newest = {dag_id: self._ask(_runs(dag_id) + NEWEST, token)["dag_runs"] for dag_id in dag_ids}
            for dag_id, runs in newest.items():
                under_way = [run["dag_run_id"] for run in runs if run["state"] in UNDER_WAY]
                if under_way:
                    return TrainingRun(self._page(dag_id, under_way[-1]), is_new=False)
            first, runs = next(iter(newest.items()))
            run_id = f"retrain_after__{runs[0]['queued_at'] if runs else 'nothing'}"
            return self._trigger(first, {"dag_run_id": run_id, "partition_key": partition_key, "note": why}, token)
        except (OSError, HTTPException, ValueError, KeyError) as error:
            raise ServerUnreachable(
                f"Airflow at {self._address} does not start a training ({error!r}): run `make up`, look at "
                "`make status`, or set MARQUEE_AIRFLOW__URL and MARQUEE_AIRFLOW__PASSWORD"
            ) from error

    def _trigger(self, dag_id: str, wanted: Mapping[str, Any], token: str) -> TrainingRun:
        """Start a run; its id is the same for all who saw the same runs before, so that only one of them can."""
        try:
            run = self._ask(_runs(dag_id), token, {**wanted, "logical_date": None, "conf": {}})
        except HTTPError as error:
            if error.code != CONFLICT:
                raise
            return TrainingRun(self._page(dag_id, wanted["dag_run_id"]), is_new=False)
        return TrainingRun(self._page(dag_id, run["dag_run_id"]), is_new=True)

    def _page(self, dag_id: str, run_id: str) -> str:
        return f"{self._page_address}/dags/{dag_id}/runs/{quote(run_id, safe='')}"

    def _ask(self, path: str, token: str = "", body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        content = json.dumps(dict(body)).encode() if body else None
        with self._opener.open(Request(f"{self._address}{path}", content, headers), timeout=TIMEOUT_SECONDS) as answer:
            return json.load(answer)


def _runs(dag_id: str) -> str:
    return f"/api/v2/dags/{dag_id}/dagRuns"
