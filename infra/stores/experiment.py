"""MLflow's experiment: a run for every night, and below it one for every model that was tried."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from infra.errors import ServerUnreachable
from infra.revision import git_commit
from infra.stores.manifest import Manifest
from infra.stores.tracking import answering, connect

MANIFEST = "manifest.json"

_BELOW = {"mlflow.runType": "evaluation"}  # MLflow's pages unfold a run that has such runs below it

Parameters = dict[str, int | float | str]


class Configured(Protocol):
    """A model, as far as its run tells of it."""

    name: ClassVar[str]

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""


@dataclass(frozen=True)
class Night:
    """The run that the runs of one snapshot's models hang below; `attempt` counts from 1."""

    run_id: str
    manifest: Manifest
    attempt: int

    def title(self, name: str) -> str:
        """Return what the run of model `name` is called."""
        number = f" #{self.attempt}" if self.attempt > 1 else ""
        return f"{name}{number} {self.manifest.snapshot_date}"


class Experiment:
    """One experiment of an MLflow server.

    Everything here raises ServerUnreachable when the server, or the artifact store behind it, does not answer.
    """

    def __init__(self, address: str, name: str) -> None:
        self._address = address
        self._client = connect(address)
        with answering(address):
            known = self._client.get_experiment_by_name(name)
            self._id = known.experiment_id if known else self._client.create_experiment(name)

    @property
    def comparison_page(self) -> str:
        """The page where a person sees the metrics of all models side by side."""
        view = "compareRunsMode=CHART&workflowType=machine_learning"
        return f"{self._address}/#/experiments/{self._id}/runs?{view}"

    def open_night(self, manifest: Manifest, kind: str = "night") -> Night:
        """Open the run of a snapshot date, which has one of each kind: opening it again counts one attempt more."""
        name = f"{kind} {manifest.snapshot_date}"
        with answering(self._address):
            found = self._client.search_runs([self._id], f"attributes.run_name = '{name}'", max_results=1)
            run = found[0] if found else self._client.create_run(self._id, run_name=name)
            attempt = int(run.data.tags.get("attempt", 0)) + 1
            for tag, text in {**_origin(manifest), "attempt": str(attempt)}.items():
                self._client.set_tag(run.info.run_id, tag, text)
            self._client.update_run(run.info.run_id, status="RUNNING")
        return Night(run.info.run_id, manifest, attempt)

    @contextmanager
    def ending(self, night: Night) -> Iterator[None]:
        """End a night's run with the block: as finished, or as failed when the block raises."""
        try:
            yield
        except BaseException:
            with suppress(ServerUnreachable):  # the first error is the one to report
                self._end(night.run_id, "FAILED")
            raise
        self._end(night.run_id, "FINISHED")

    @contextmanager
    def night(self, manifest: Manifest, kind: str = "night") -> Iterator[Night]:
        """Open a snapshot's run of a kind and end it with the block."""
        night = self.open_night(manifest, kind)
        with self.ending(night):
            yield night

    def log_run(
        self,
        night: Night,
        model: Configured,
        metrics: Mapping[str, float],
        tags: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> str:
        """Write a model's parameters, metrics and tags as a run below the night's, and return the run's id.

        The run is called `name`, or else after the model.
        """
        from mlflow.entities import Metric, Param

        now_ms = int(time.time() * 1000)
        figures = [Metric(metric, figure, now_ms, step=0) for metric, figure in metrics.items()]
        parameters = [Param(parameter, str(setting)) for parameter, setting in model.parameters().items()]
        origin = {**_origin(night.manifest), **_BELOW, "mlflow.parentRunId": night.run_id, "model": model.name}
        with answering(self._address):
            run = self._client.create_run(
                self._id, tags={**origin, **(tags or {})}, run_name=night.title(name or model.name)
            )
            self._client.log_batch(run.info.run_id, figures, parameters)
            self._client.log_text(run.info.run_id, night.manifest.to_json(), MANIFEST)
            self._client.set_terminated(run.info.run_id)
        return run.info.run_id

    def attach(self, run_id: str, files: Mapping[str, str | bytes]) -> None:
        """Put files, named as the keys say, among the artifacts of a run; one of the same name is replaced."""
        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            for name, content in files.items():
                Path(folder, name).write_bytes(content.encode() if isinstance(content, str) else content)
            self._client.log_artifacts(run_id, folder)

    def attach_table(self, run_id: str, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows of the same columns to a table among the artifacts of a run, which MLflow shows as one."""
        with answering(self._address):
            columns = {column: [row[column] for row in rows] for column in rows[0]}
            self._client.log_table(run_id, columns, name)

    def read(self, run_id: str, name: str) -> bytes:
        """Return a file that is among the artifacts of a run."""
        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            return Path(self._client.download_artifacts(run_id, name, folder)).read_bytes()

    def describe(self, run_id: str, markdown: str) -> None:
        """Set the text that MLflow shows at the top of a run's page."""
        with answering(self._address):
            self._client.set_tag(run_id, "mlflow.note.content", markdown)

    def _end(self, run_id: str, status: str) -> None:
        with answering(self._address):
            self._client.set_terminated(run_id, status)


def _origin(manifest: Manifest) -> dict[str, str]:
    return {"snapshot_date": manifest.snapshot_date, "git_commit": git_commit()}
