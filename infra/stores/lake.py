"""Parquet snapshots: a fresh folder per attempt, made visible by a manifest that is written last.

Layout, known only here:

    <root>/<layer>/<snapshot_date>/<attempt>/<table>/part-*.parquet
    <root>/<layer>/<snapshot_date>/manifest.json
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from infra.errors import SnapshotMissing
from infra.revision import git_commit
from infra.stores.content_hashes import figures, record_of
from infra.stores.manifest import Check, Manifest, TableRecord
from infra.tables import Layer, Table
from infra.taken import Meter

MANIFEST = "manifest.json"


def _encodings(table: Table) -> dict[str, str]:
    """Return the options with which Parquet writes only texts by a dictionary.

    For numbers that costs more time than zstd needs to make as little of them, both to write and to read.
    """
    numbers = [name for name, kind in table.columns.items() if "string" not in kind]
    return {f"parquet.enable.dictionary#{name}": "false" for name in numbers}


class Lake:
    """Opens complete snapshots and begins new ones, on any file system that pyarrow and Spark both read."""

    def __init__(self, root: str) -> None:
        location = root if "://" in root else str(Path(root).absolute())
        self.root = location
        self._files, self._path = fs.FileSystem.from_uri(location)

    def begin(self, layer: Layer, snapshot_date: date) -> "Attempt":
        """Return a fresh, invisible attempt at this snapshot; what earlier attempts left behind stays untouched."""
        attempt = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        return Attempt(self, layer, snapshot_date, attempt)

    def open(self, layer: Layer, snapshot_date: date | None = None) -> "Snapshot":
        """Return the complete snapshot of a date, or the newest one.

        It can be read until a second run after this call has replaced it. Raises SnapshotMissing when no manifest has
        been written for it.
        """
        wanted = str(snapshot_date) if snapshot_date else max(self._complete_dates(layer), default="any date")
        manifest = self._manifest(layer.name, wanted)
        if manifest is None:
            raise SnapshotMissing(
                f"no complete `{layer.name}` snapshot of {wanted} in {self.root}: "
                f"run `make etl`, or trigger the DAG that writes it"
            )
        return Snapshot(self, layer, manifest)

    def _complete_dates(self, layer: Layer) -> list[str]:
        folders = self._files.get_file_info(fs.FileSelector(f"{self._path}/{layer.name}", allow_not_found=True))
        manifests = self._files.get_file_info([f"{folder.path}/{MANIFEST}" for folder in folders])
        return [Path(info.path).parent.name for info in manifests if info.type == fs.FileType.File]

    def _manifest(self, layer: str, snapshot_date: str) -> Manifest | None:
        try:
            with self._files.open_input_stream(f"{self._path}/{layer}/{snapshot_date}/{MANIFEST}") as stream:
                return Manifest.from_json(stream.read().decode())
        except FileNotFoundError:
            return None

    def _publish(self, manifest: Manifest) -> None:
        """Put the manifest in place in one step, then drop attempts older than the one it replaces.

        The replaced one may be open in a reader, and a newer one may still be written by another run.
        """
        replaced = self._manifest(manifest.layer, manifest.snapshot_date)
        folder = f"{self._path}/{manifest.layer}/{manifest.snapshot_date}"
        draft = f"{folder}/{manifest.attempt}/{MANIFEST}"
        with self._files.open_output_stream(draft) as stream:
            stream.write(manifest.to_json().encode())
        self._files.move(draft, f"{folder}/{MANIFEST}")
        if replaced:
            self._drop_older(folder, replaced.attempt, manifest.attempt)

    def _drop_older(self, folder: str, replaced: str, in_force: str) -> None:
        for info in self._files.get_file_info(fs.FileSelector(folder)):
            if info.type == fs.FileType.Directory and info.base_name < replaced and info.base_name != in_force:
                self._files.delete_dir(info.path)

    def _folder(self, layer: Layer, snapshot_date: str, attempt: str, table: Table) -> str:
        return f"/{layer.name}/{snapshot_date}/{attempt}/{table.name}"

    def _is_folder(self, folder: str) -> bool:
        return self._files.get_file_info(self._path + folder).type == fs.FileType.Directory


class Attempt:
    """A snapshot in the making; nobody sees it before `commit`."""

    def __init__(self, lake: Lake, layer: Layer, snapshot_date: date, attempt: str) -> None:
        self._lake = lake
        self._layer = layer
        self._date = str(snapshot_date)
        self._attempt = attempt
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

    def location(self, table: Table) -> str:
        """The folder this attempt writes `table` to."""
        return self._lake.root + self._folder(table)

    def commit(self, inputs: Mapping[str, str], checks: Sequence[Check] = ()) -> Manifest:
        """Make the attempt the snapshot in force; every table of the layer must have been written.

        Raises SnapshotMissing when a table was not, or when runs of the same date that finished meanwhile dropped it.
        """
        missing = [table.name for table in self._layer.tables if not self._is_written(table)]
        if missing:
            raise SnapshotMissing(
                f"{self._layer.name} of {self._date} cannot be committed: {', '.join(missing)} was not written, "
                f"or dropped by other runs of this date; run again"
            )
        manifest = Manifest(
            self._layer.name,
            self._date,
            self._attempt,
            git_commit(),
            dict(inputs),
            self._written,
            list(checks),
            self._meter.took(),
        )
        self._lake._publish(manifest)
        return manifest

    def _is_written(self, table: Table) -> bool:
        return table.name in self._written and self._lake._is_folder(self._folder(table))

    def _folder(self, table: Table) -> str:
        return self._lake._folder(self._layer, self._date, self._attempt, table)


class Snapshot:
    """A complete snapshot, pinned to the attempt its manifest named when it was opened."""

    def __init__(self, lake: Lake, layer: Layer, manifest: Manifest) -> None:
        self._lake = lake
        self._layer = layer
        self.manifest = manifest

    @property
    def snapshot_date(self) -> date:
        """The day this snapshot stands for."""
        return date.fromisoformat(self.manifest.snapshot_date)

    @property
    def name(self) -> str:
        """The date and the attempt, as in 2026-11-20/20261120T001502123456Z: a later run of that day has another."""
        return f"{self.manifest.snapshot_date}/{self.manifest.attempt}"

    def record(self, table: Table) -> TableRecord:
        """Return what the manifest says of a table; raises SnapshotMissing when the snapshot is older than it."""
        if table.name not in self.manifest.tables:
            raise SnapshotMissing(
                f"the `{self._layer.name}` snapshot of {self.snapshot_date} in {self._lake.root} was made before there "
                f"was a table `{table.name}`: land that day again"
            )
        return self.manifest.tables[table.name]

    def read(self, table: Table, spark: SparkSession) -> DataFrame:
        """Return the table as Spark rows, columns in declared order."""
        return spark.read.schema(table.schema).parquet(self.location(table))

    def read_arrow(self, table: Table, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the table in memory, only the named columns; no JVM is started."""
        path = self._lake._path + self._folder(table)
        return pq.read_table(path, columns=list(columns or table.columns), filesystem=self._lake._files)

    def size(self) -> int:
        """Return the bytes of its files."""
        manifest = self.manifest
        attempt = f"{self._lake._path}/{self._layer.name}/{manifest.snapshot_date}/{manifest.attempt}"
        files = self._lake._files.get_file_info(fs.FileSelector(attempt, recursive=True))
        return sum(info.size for info in files if info.type == fs.FileType.File)

    def location(self, table: Table) -> str:
        """The folder a person would open to see the table's files."""
        return self._lake.root + self._folder(table)

    def _folder(self, table: Table) -> str:
        return self._lake._folder(self._layer, self.manifest.snapshot_date, self.manifest.attempt, table)
