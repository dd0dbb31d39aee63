"""The content hash of a table: the same for any order of its rows and any cut into files."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from infra.errors import SnapshotBroken
from infra.stores.manifest import TableRecord
from infra.tables import Table

HALF_BITS = 32


def figures(table: Table) -> tuple[Column, ...]:
    """Return the number of rows, and the sums over all of the high and of the low half of a row's 64-bit hash.

    A sum does not depend on the order of rows; halves add up to 2 billion rows as plain, quick integers.
    """
    row_hash = F.xxhash64(*(F.col(f"`{name}`") for name in table.columns))
    low_half = row_hash.bitwiseAND((1 << HALF_BITS) - 1)
    high_half = F.shiftrightunsigned(row_hash, HALF_BITS)
    return F.count(F.lit(1)).alias("n_rows"), F.sum(high_half).alias("high"), F.sum(low_half).alias("low")


def record_of(table: Table, found: Mapping[str, Any]) -> TableRecord:
    """Return what a manifest says of a table with these figures."""
    total = ((found["high"] or 0) << HALF_BITS) + (found["low"] or 0)
    return TableRecord(found["n_rows"], dict(table.columns), f"{total % 2**64:016x}")


def measure(rows: DataFrame, table: Table) -> TableRecord:
    """Return what a manifest would say of these rows, reading all of them; raises SnapshotBroken if that fails."""
    with readable(table.name):
        (found,) = rows.agg(*figures(table)).collect()
    return record_of(table, found.asDict())


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Turn files that Spark cannot read into SnapshotBroken, with the last cause it names."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        *_, cause = re.findall(r"(?:Caused by: |^)(\S[^\n]*)", str(error), re.MULTILINE)
        raise SnapshotBroken(f"the files of {what} cannot be read: {cause}") from error
