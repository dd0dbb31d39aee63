"""A snapshot that is complete."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

from infra.errors import SnapshotMissing
from infra.stores.lake_files import LakeFiles, Place
from infra.stores.manifest import Manifest, TableRecord
from infra.tables import Layer, Table

ATTEMPT = "%Y%m%dT%H%M%S%fZ"
"""How an attempt is named by its beginning."""


class Snapshot:
    """A complete snapshot, pinned to the attempt its manifest named when it was opened."""

    def __init__(self, files: LakeFiles, layer: Layer, manifest: Manifest) -> None:
        self._files = files
        self._layer = layer
        self.manifest = manifest

    @property
    def snapshot_date(self) -> date:
        """The day this snapshot stands for."""
        return date.fromisoformat(self.manifest.snapshot_date)

    @property
    def began_at(self) -> datetime:
        """When the attempt began that made it, in UTC."""
        return datetime.strptime(self.manifest.attempt, ATTEMPT).replace(tzinfo=UTC)

    @property
    def name(self) -> str:
        """The date and the attempt, as in 2026-11-20/20261120T001502123456Z: a later run of that day has another."""
        return f"{self.manifest.snapshot_date}/{self.manifest.attempt}"

    def record(self, table: Table) -> TableRecord:
        """Return what the manifest says of a table; raises SnapshotMissing when the snapshot is older than it."""
        if table.name not in self.manifest.tables:
            raise SnapshotMissing(
                f"the `{self._layer.name}` snapshot of {self.snapshot_date} in {self._files.root} was made before "
                f"there was a table `{table.name}`: land that day again"
            )
        return self.manifest.tables[table.name]

    def read(self, table: Table, spark: SparkSession) -> DataFrame:
        """Return the table as Spark rows, columns in declared order."""
        return spark.read.schema(table.schema).parquet(self.location(table))

    def read_arrow(self, table: Table, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the table in memory, only the named columns; no JVM is started."""
        path = self._files.path(self._place, table)
        return pq.read_table(path, columns=list(columns or table.columns), filesystem=self._files.system)

    def size(self) -> int:
        """Return the bytes of its files."""
        return self._files.size(self._place)

    def location(self, table: Table) -> str:
        """The folder a person would open to see the table's files."""
        return self._files.location(self._place, table)

    @property
    def _place(self) -> Place:
        return Place(self._layer.name, self.manifest.snapshot_date, self.manifest.attempt)
