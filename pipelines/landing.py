"""Files of an archive, and of what users did, written to the lake: every row to a raw table or to quarantine."""

from collections import defaultdict
from functools import reduce
from typing import NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from features.archive_rows import refused_rows, usable_rows
from infra.errors import ExpectationFailed
from infra.stores.attempt import Attempt
from infra.stores.manifest import Check
from infra.tables import QUARANTINE, Table
from pipelines.archive_folder import ReadFile
from pipelines.table_figures import REPEATED_KEYS, SHARE_REFUSED, Figures, n_repeated_keys


class Landed(NamedTuple):
    """How many rows of a table's file were read and written, with a repeated key, and refused for which reason."""

    table: Table
    n_read: int
    n_written: int
    n_repeated: int
    n_refused: dict[str, int]

    @property
    def figures(self) -> Figures:
        """What expectations ask of the table and landing knows, so that nobody has to measure it again."""
        share = sum(self.n_refused.values()) / self.n_read if self.n_read else None
        return {REPEATED_KEYS: self.n_repeated, SHARE_REFUSED: share}


def land(files: list[ReadFile], attempt: Attempt, spark: SparkSession) -> list[Landed]:
    """Write the raw table of every file and the quarantine, and return the account of each file.

    Most archives have nothing to refuse, and to search a file for what to refuse costs as much as to land it. So the
    rows that look usable are written first, and only a file that then lacks rows or has a key twice is searched.
    """

    def count_repeated(read: ReadFile) -> int:
        return n_repeated_keys(attempt.read(read.file.table, spark), read.file.table.key)

    n_written = {read.file.table: _write_usable(read, attempt) for read in files}
    n_repeated = {read.file.table: count_repeated(read) for read in files}
    repeating = [read for read in files if n_repeated[read.file.table]]
    lacking = [read for read in files if read not in repeating and n_written[read.file.table] < read.n_rows]
    attempt.write(QUARANTINE, _refused([*repeating, *lacking], spark))
    quarantine = attempt.read(QUARANTINE, spark)
    for read in repeating:
        n_written[read.file.table] = _write_usable(read, attempt, quarantine)
        n_repeated[read.file.table] = count_repeated(read)
    n_refused = _count_reasons(quarantine)
    n_read = {read.file.table: read.n_rows for read in files}
    return [
        Landed(table, n_rows, n_written[table], n_repeated[table], n_refused[table.name])
        for table, n_rows in n_read.items()
    ]


def require_every_row(landed: Landed) -> Check:
    """Return the check that every row read was either written or refused; raises ExpectationFailed if not."""
    n_refused = sum(landed.n_refused.values())
    n_astray = abs(landed.n_read - landed.n_written - n_refused)
    if n_astray:
        raise ExpectationFailed(
            f"{landed.table.name}: of {landed.n_read:,} rows read, {landed.n_written:,} were written and {n_refused:,} "
            f"refused; the file must have changed meanwhile, so run again"
        )
    return Check(landed.table.name, "rows neither written nor refused, or both", n_astray, "at most 0", passed=True)


def _write_usable(read: ReadFile, attempt: Attempt, quarantine: DataFrame | None = None) -> int:
    """Write the usable rows of a file, except those in `quarantine`, and return their number."""
    rows, table = usable_rows(read.rows, read.file, read.source), read.file.table
    if quarantine is not None:
        rows = rows.join(quarantine.where(F.col("table") == table.name).select("line"), "line", "left_anti")
    return attempt.write(table, rows).n_rows


def _refused(files: list[ReadFile], spark: SparkSession) -> DataFrame:
    rows = [refused_rows(read.rows, read.file, read.source) for read in files]
    every = reduce(DataFrame.union, rows, spark.createDataFrame([], QUARANTINE.schema))
    return every.repartition(1).sortWithinPartitions(*QUARANTINE.key)


def _count_reasons(quarantine: DataFrame) -> defaultdict[str, dict[str, int]]:
    """Return the number of rows by table and reason, the most frequent reason first."""
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for table, reason, n_rows in quarantine.groupBy("table", "reason").count().orderBy(F.desc("count")).collect():
        counts[table][reason] = n_rows
    return counts
