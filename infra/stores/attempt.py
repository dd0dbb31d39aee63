"""A snapshot while it is being written."""

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from infra.errors import SnapshotMissing
from infra.meter import Meter
from infra.revision import git_commit
from infra.stores.content_hashes import figures, record_of
from infra.stores.lake_files import LakeFiles, Place
from infra.stores.manifest import Check, Manifest, TableRecord
from infra.stores.stored_order import is_in_order
from infra.tables import Layer, Table


class Attempt:
    """A snapshot in the making; nobody sees it before `commit`."""

    def __init__(self, files: LakeFiles, layer: Layer, snapshot_date: date, attempt: str) -> None:
        self._files = files
        self._layer = layer
        self._place = Place(layer.name, str(snapshot_date), attempt)
        self._meter = Meter()
        self._written: dict[str, TableRecord] = {}

    def write(self, table: Table, rows: DataFrame) -> TableRecord:
        """Write the table's columns, in their declared order and type, counting and hashing in the same pass."""
        typed = rows.select(*(F.col(f"`{name}`").cast(kind).alias(name) for name, kind in table.columns.items()))
        seen = Observation(table.name)
        observed = typed.observe(seen, *figures(table))
        observed.write.mode("overwrite").options(**_encodings(table)).parquet(self.location(table))
        self._written[table.name] = record_of(table, seen.get)
        return self._written[table.name]

    def read(self, table: Table, spark: SparkSession) -> DataFrame:
        """Return what this attempt wrote for `table`, so that checks see it before readers do."""
        return spark.read.schema(table.schema).parquet(self.location(table))

    def is_in_order(self, table: Table, columns: Sequence[str]) -> bool:
        """Tell whether each written row of `table` comes after the one before, by these columns: then none repeats."""
        return is_in_order(self._files.system, self._files.path(self._place, table), columns)

    def location(self, table: Table) -> str:
        """The folder this attempt writes `table` to."""
        return self._files.location(self._place, table)

    def commit(self, inputs: Mapping[str, str], checks: Sequence[Check] = ()) -> Manifest:
        """Make the attempt the snapshot in force; every table of the layer must have been written.

        Raises SnapshotMissing when a table was not, or when runs of the same date that finished meanwhile dropped it.
        """
        missing = [table.name for table in self._layer.tables if not self._is_written(table)]
        if missing:
            raise SnapshotMissing(
                f"{self._place.layer} of {self._place.snapshot_date} cannot be committed: {', '.join(missing)} "
                "was not written, or dropped by other runs of this date; run again"
            )
        made_from = git_commit(), dict(inputs)
        manifest = Manifest(*self._place, *made_from, self._written, list(checks), self._meter.took())
        self._files.publish(manifest)
        return manifest

    def _is_written(self, table: Table) -> bool:
        return table.name in self._written and self._files.is_folder(self._files.path(self._place, table))


def _encodings(table: Table) -> dict[str, str]:
    """Return the options with which Parquet writes only texts by a dictionary.

    For numbers that costs more time than zstd needs to make as little of them, both to write and to read.
    """
    numbers = [name for name, kind in table.columns.items() if "string" not in kind]
    return {f"parquet.enable.dictionary#{name}": "false" for name in numbers}
