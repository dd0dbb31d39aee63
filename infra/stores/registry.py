"""MLflow: a run for every model of every night, and the versions those runs leave behind.

A version is two files in the folder `model` of its run's artifacts: `arrays.npz`, which holds no pickles, and
`model.json`, which holds the model's name and parameters.
"""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from infra.errors import NoChampion, ServerUnreachable
from infra.revision import git_commit
from infra.stores.manifest import Manifest
from infra.stores.tracking import answering, connect

CHAMPION = "champion"
RECOMMENDER, SIMILAR_MOVIES = "recommender", "similar_movies"  # the two registered models
FOLDER, ARRAYS, DESCRIPTION, MANIFEST = "model", "arrays.npz", "model.json", "manifest.json"

_BELOW = {"mlflow.runType": "evaluation"}  # MLflow's pages unfold a run that has such runs below it
_NO_MODEL_NO_ALIAS = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")

Parameters = dict[str, int | float | str]


class Storable(Protocol):
    """What a model must tell of itself to be kept."""

    name: ClassVar[str]

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""

    def arrays(self) -> dict[str, NDArray]:
        """Return everything that was learned."""


@dataclass(frozen=True)
class StoredModel:
    """A registered version; `models.zoo.restore(name, parameters, arrays)` makes it recommend again.

    `name` is the model's, such as `als`; `snapshot_date` is the day of the ratings it was fitted on.
    """

    name: str
    parameters: Parameters
    arrays: dict[str, NDArray]
    version: int
    run_id: str
    snapshot_date: str


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


class ModelRegistry:
    """One experiment of an MLflow server, and the server's registered models.

    Everything here raises ServerUnreachable when the server, or the artifact store behind it, does not answer.
    """

    def __init__(self, address: str, experiment: str) -> None:
        self._address = address
        self._client = connect(address)
        with answering(address):
            known = self._client.get_experiment_by_name(experiment)
            self._experiment_id = known.experiment_id if known else self._client.create_experiment(experiment)

    @property
    def comparison_page(self) -> str:
        """The page where a person sees the metrics of all models side by side."""
        view = "compareRunsMode=CHART&workflowType=machine_learning"
        return f"{self._address}/#/experiments/{self._experiment_id}/runs?{view}"

    @contextmanager
    def night(self, manifest: Manifest) -> Iterator[Night]:
        """Open the run of a snapshot; it ends as finished, or as failed when the block raises.

        A snapshot date has one such run: training it again reopens the run and counts one attempt more.
        """
        with answering(self._address):
            night = self._open_night(manifest)
        try:
            yield night
        except BaseException:
            with suppress(ServerUnreachable):  # the first error is the one to report
                self._end(night.run_id, "FAILED")
            raise
        self._end(night.run_id, "FINISHED")

    def log_run(self, night: Night, model: Storable, metrics: Mapping[str, float]) -> str:
        """Write a model's parameters and metrics as a run below the night's, and return the run's id."""
        from mlflow.entities import Metric, Param

        now_ms = int(time.time() * 1000)
        figures = [Metric(metric, figure, now_ms, step=0) for metric, figure in metrics.items()]
        parameters = [Param(parameter, str(setting)) for parameter, setting in model.parameters().items()]
        tags = {**_origin(night.manifest), **_BELOW, "mlflow.parentRunId": night.run_id, "model": model.name}
        with answering(self._address):
            run = self._client.create_run(self._experiment_id, tags=tags, run_name=night.title(model.name))
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

    def describe(self, run_id: str, markdown: str) -> None:
        """Set the text that MLflow shows at the top of a run's page."""
        with answering(self._address):
            self._client.set_tag(run_id, "mlflow.note.content", markdown)

    def register(self, registered_name: str, run_id: str, model: Storable) -> int:
        """Store a fitted model among its run's artifacts, and return its number as a version of `registered_name`.

        Raises ValueError for an array that only a pickle could hold.
        """
        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            np.savez(Path(folder, ARRAYS), allow_pickle=False, **model.arrays())
            description = {"name": model.name, "parameters": model.parameters()}
            Path(folder, DESCRIPTION).write_text(json.dumps(description, indent=2))
            self._client.log_artifacts(run_id, folder, FOLDER)
            if not self._client.search_registered_models(f"name = '{registered_name}'"):
                self._client.create_registered_model(registered_name)
            run_tags = self._client.get_run(run_id).data.tags
            tags = {tag: run_tags[tag] for tag in ("model", "snapshot_date")}
            source = f"runs:/{run_id}/{FOLDER}"
            create = self._client.create_model_version
            registered = create(registered_name, source, run_id, tags, await_creation_for=0)  # it is ready at once
        return int(registered.version)

    def load(self, registered_name: str, version: int) -> StoredModel:
        """Return what `register` stored under that version."""
        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            registered = self._client.get_model_version(registered_name, str(version))
            run_id = str(registered.run_id)
            files = Path(self._client.download_artifacts(run_id, FOLDER, folder))
            description = json.loads((files / DESCRIPTION).read_text())
            with np.load(files / ARRAYS, allow_pickle=False) as stored:
                arrays = dict(stored)
        return StoredModel(
            description["name"],
            description["parameters"],
            arrays,
            int(registered.version),
            run_id,
            registered.tags["snapshot_date"],
        )

    def promote(self, registered_name: str, version: int) -> None:
        """Give the alias `champion` to a version, and thereby take it from the one that had it."""
        with answering(self._address):
            self._client.set_registered_model_alias(registered_name, CHAMPION, str(version))

    def champion(self, registered_name: str) -> StoredModel:
        """Return the version under the alias `champion`; raises NoChampion when none has it."""
        from mlflow.exceptions import RestException

        try:
            with answering(self._address):
                version = self._client.get_model_version_by_alias(registered_name, CHAMPION).version
        except RestException as error:
            if error.error_code not in _NO_MODEL_NO_ALIAS:
                raise
            raise NoChampion(
                f"no version of the registered model `{registered_name}` has the alias `{CHAMPION}` in MLflow at "
                f"{self._address}: run `make train`, or give a version the alias in the UI"
            ) from None
        return self.load(registered_name, int(version))

    def _open_night(self, manifest: Manifest) -> Night:
        name = f"night {manifest.snapshot_date}"
        found = self._client.search_runs([self._experiment_id], f"attributes.run_name = '{name}'", max_results=1)
        run = found[0] if found else self._client.create_run(self._experiment_id, run_name=name)
        attempt = int(run.data.tags.get("attempt", 0)) + 1
        for tag, text in {**_origin(manifest), "attempt": str(attempt)}.items():
            self._client.set_tag(run.info.run_id, tag, text)
        self._client.update_run(run.info.run_id, status="RUNNING")
        return Night(run.info.run_id, manifest, attempt)

    def _end(self, run_id: str, status: str) -> None:
        with answering(self._address):
            self._client.set_terminated(run_id, status)


def _origin(manifest: Manifest) -> dict[str, str]:
    return {"snapshot_date": manifest.snapshot_date, "git_commit": git_commit()}
