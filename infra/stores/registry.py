"""MLflow's registered models: the versions that nights leave behind, and which of them is champion.

A version is two files in the folder `model` of its run's artifacts: `arrays.npz`, which holds no pickles, and
`model.json`, which holds the model's name and parameters.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from infra.errors import ModelRefused, NoChampion
from infra.stores.array_hashes import hash_arrays
from infra.stores.experiment import MANIFEST, Configured, Parameters
from infra.stores.manifest import Manifest
from infra.stores.tracking import answering, connect

CHAMPION = "champion"
RECOMMENDER, SIMILAR_MOVIES = "recommender", "similar_movies"  # the two registered models
MOST_VERSIONS = 200
FOLDER, ARRAYS, DESCRIPTION = "model", "arrays.npz", "model.json"

_INHERITED = ("model", "snapshot_date", "newest_rating", "learned_until", "continues")  # by a version of its run
ARRAYS_HASH = "arrays_hash"
_NO_MODEL_NO_ALIAS = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


class Storable(Configured, Protocol):
    """What a model must tell of itself to be kept."""

    def arrays(self) -> dict[str, NDArray]:
        """Return everything that was learned."""


@dataclass(frozen=True)
class Version:
    """A registered version, but for what it learned.

    `name` is the model's, such as `als`; `snapshot_date` is the day of the ratings it was fitted on, and
    `newest_rating` when the newest of them was given, in seconds since 1970.
    """

    name: str
    parameters: Parameters
    version: int
    run_id: str
    snapshot_date: str
    newest_rating: int


@dataclass(frozen=True)
class StoredModel(Version):
    """A registered version; `models.zoo.restore(name, parameters, arrays)` makes it recommend again."""

    arrays: dict[str, NDArray]


class ModelRegistry:
    """The registered models of an MLflow server.

    Everything here raises ServerUnreachable when the server, or the artifact store behind it, does not answer.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = connect(address)

    def register(self, registered_name: str, run_id: str, model: Storable) -> int:
        """Store a fitted model among its run's artifacts, and return its number as a version of `registered_name`.

        Raises ValueError for an array that only a pickle could hold.
        """
        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            np.savez(Path(folder, ARRAYS), allow_pickle=False, **model.arrays())
            description = {"name": model.name, "parameters": model.parameters()}
            Path(folder, DESCRIPTION).write_text(json.dumps(description, indent=2))
            self._client.log_artifacts(run_id, folder, FOLDER)
            self._ensure_registered(registered_name)
            run_tags = self._client.get_run(run_id).data.tags
            inherited = {tag: run_tags[tag] for tag in _INHERITED if tag in run_tags}
            tags = {**inherited, ARRAYS_HASH: hash_arrays(model.arrays())}
            source = f"runs:/{run_id}/{FOLDER}"
            create = self._client.create_model_version
            registered = create(registered_name, source, run_id, tags, await_creation_for=0)  # it is ready at once
        return int(registered.version)

    def describe(self, registered_name: str, version: int) -> Version:
        """Return what is said of a version, which is small; raises ModelRefused where there is no such version."""
        from mlflow.exceptions import RestException

        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            try:
                registered = self._client.get_model_version(registered_name, str(version))
            except RestException as error:
                raise ModelRefused(
                    f"MLflow at {self._address} has no version {version} of `{registered_name}` ({error.error_code}): "
                    "look at its versions in the UI"
                ) from None
            run_id = str(registered.run_id)
            file = self._client.download_artifacts(run_id, f"{FOLDER}/{DESCRIPTION}", folder)
            description = json.loads(Path(file).read_text())
        return Version(
            description["name"],
            description["parameters"],
            int(registered.version),
            run_id,
            registered.tags["snapshot_date"],
            int(registered.tags.get("newest_rating", 0)),
        )

    def load(self, registered_name: str, version: int) -> StoredModel:
        """Return what `register` stored under that version; raises ModelRefused where there is no such version."""
        described = self.describe(registered_name, version)
        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            file = self._client.download_artifacts(described.run_id, f"{FOLDER}/{ARRAYS}", folder)
            with np.load(file, allow_pickle=False) as stored:
                return StoredModel(**vars(described), arrays=dict(stored))

    def arrays_hash(self, registered_name: str, version: int) -> str | None:
        """Return the hash of what a version had learned when it was registered, None for one of before it was kept."""
        with answering(self._address):
            return self._client.get_model_version(registered_name, str(version)).tags.get(ARRAYS_HASH)

    def manifest(self, stored: Version) -> Manifest:
        """Return the manifest of the snapshot that a version was fitted on."""
        with tempfile.TemporaryDirectory() as folder, answering(self._address):
            return Manifest.from_json(
                Path(self._client.download_artifacts(stored.run_id, MANIFEST, folder)).read_text()
            )

    def promote(self, registered_name: str, version: int) -> None:
        """Give the alias `champion` to a version, and thereby take it from the one that had it."""
        with answering(self._address):
            self._client.set_registered_model_alias(registered_name, CHAMPION, str(version))

    def tag(self, registered_name: str, version: int, tags: Mapping[str, str]) -> None:
        """Set tags of a version, which its page shows."""
        with answering(self._address):
            for tag, text in tags.items():
                self._client.set_model_version_tag(registered_name, str(version), tag, text)

    def champion_version(self, registered_name: str) -> int | None:
        """Return which version has the alias `champion`, None when none has."""
        from mlflow.exceptions import RestException

        try:
            with answering(self._address):
                return int(self._client.get_model_version_by_alias(registered_name, CHAMPION).version)
        except RestException as error:
            if error.error_code not in _NO_MODEL_NO_ALIAS:
                raise
            return None

    def versions(self, registered_name: str, model: str) -> dict[int, dict[str, str]]:
        """Return the tags of the last MOST_VERSIONS that are a `model`, such as als, by number, the newest first."""
        mine = f"name = '{registered_name}' and tags.model = '{model}'"
        with answering(self._address):
            found = self._client.search_model_versions(
                mine, max_results=MOST_VERSIONS, order_by=["version_number DESC"]
            )
        return {int(version.version): dict(version.tags) for version in found}

    def newest_version(self, registered_name: str, model: str) -> int | None:
        """Return the newest version that is a `model`, such as als; None if there is none."""
        return next(iter(self.versions(registered_name, model)), None)

    def remove(self, registered_name: str, version: int) -> None:
        """Remove a version, and what it learned; raises ModelRefused where there is no such version."""
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        run_id = self.describe(registered_name, version).run_id
        with answering(self._address):
            self._client.delete_model_version(registered_name, str(version))
            files = get_artifact_repository(self._client.get_run(run_id).info.artifact_uri, self._address)
            files.delete_artifacts(FOLDER)
            self._client.delete_run(run_id)

    def champion(self, registered_name: str) -> StoredModel:
        """Return the version under the alias `champion`; raises NoChampion when none has it."""
        version = self.champion_version(registered_name)
        if version is None:
            raise NoChampion(
                f"no version of the registered model `{registered_name}` has the alias `{CHAMPION}` in MLflow at "
                f"{self._address}: run `make train`, or promote a version with `python -m pipelines promote`"
            )
        return self.load(registered_name, version)

    def _ensure_registered(self, registered_name: str) -> None:
        from mlflow.exceptions import RestException

        try:
            self._client.create_registered_model(registered_name)
        except RestException as error:  # models are registered side by side, so asking first would not do
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
