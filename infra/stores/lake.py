"""Parquet snapshots, one per layer and date."""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

from infra.errors import SnapshotMissing
from infra.stores.attempt import Attempt
from infra.stores.lake_files import LakeFiles, Scratch
from infra.stores.snapshot import ATTEMPT, Snapshot
from infra.tables import Layer


class Lake:
    """Opens complete snapshots and begins new ones, under a folder or an address such as s3a://bucket/lake."""

    def __init__(self, root: str) -> None:
        self._files = LakeFiles(root)
        self.root = self._files.root

    def begin(self, layer: Layer, snapshot_date: date) -> Attempt:
        """Return a fresh, invisible attempt at this snapshot; what earlier attempts left behind stays untouched."""
        attempt = datetime.now(UTC).strftime(ATTEMPT)
        return Attempt(self._files, layer, snapshot_date, attempt)

    def scratch(self) -> AbstractContextManager[Scratch]:
        """Lend a folder that all machines see, until the end of the block."""
        return self._files.scratch()

    def open(self, layer: Layer, snapshot_date: date | None = None) -> Snapshot:
        """Return the complete snapshot of a date, or the newest one.

        It can be read until a second run after this call has replaced it. Raises SnapshotMissing when no manifest has
        been written for it.
        """
        wanted = str(snapshot_date or max(self._files.complete_dates(layer.name), default="any date"))
        manifest = self._files.manifest(layer.name, wanted)
        if manifest is None:
            raise SnapshotMissing(
                f"no complete `{layer.name}` snapshot of {wanted} in {self.root}: "
                f"run `make etl`, or trigger the DAG that writes it"
            )
        return Snapshot(self._files, layer, manifest)
