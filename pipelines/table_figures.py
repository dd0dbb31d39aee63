"""Figures of a layer's tables, measured by Spark: the numbers that expectations are about."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from infra.tables import QUARANTINE, Table

Tables = Mapping[Table, DataFrame]
Figure = int | float | date
Figures = Mapping[str, Figure | None]
Measure = Callable[[Tables], Figure | None]

REPEATED_KEYS = "rows with a repeated key"
SHARE_REFUSED = "share of rows refused"


class Orphans(NamedTuple):
    """How many rows have a `column` that is in no row of `owners`."""

    column: str
    owners: Table

    @property
    def flag(self) -> str:
        """The name of the column that tells, of a row, that its owner is known."""
        return f"{self.column} is in {self.owners.name}"


class Expectation(NamedTuple):
    """A figure of a table, named in words, and the least and the most it may be.

    `measure` is a Spark SQL aggregate over the table's rows, their orphans, or a function of all tables of the layer.
    """

    figure: str
    measure: str | Orphans | Measure
    at_least: Figure | None = None
    at_most: Figure | None = None

    @property
    def limit(self) -> str:
        """The least and the most in words."""
        limits = {"at least": self.at_least, "at most": self.at_most}
        return " and ".join(f"{which} {limit}" for which, limit in limits.items() if limit is not None)


def measured(table: Table, suite: Sequence[Expectation], tables: Tables, known: Figures) -> dict[str, Figure]:
    """Return the figures of a table by name; one without rows to tell it, such as their lowest rating, is left out.

    All SQL aggregates and orphans are taken in one pass over the table; what is `known` is not measured again.
    """
    rows, aggregates, others = tables[table], [], dict(known)
    for figure, measure, *_ in suite:
        if figure in known:
            continue
        if isinstance(measure, Orphans):
            rows = rows.join(_known(measure, tables), measure.column, "left")
            aggregates.append(F.count_if(F.col(f"`{measure.flag}`").isNull()).alias(figure))
        elif isinstance(measure, str):
            aggregates.append(F.expr(measure).alias(figure))
        else:
            others[figure] = measure(tables)
    figures = {**rows.agg(*aggregates).collect()[0].asDict(), **others}
    return {figure: value for figure, value in figures.items() if value is not None}


def _known(orphans: Orphans, tables: Tables) -> DataFrame:
    """Return one row per owner, small enough to be sent to the rows: a table of ratings names each user many times."""
    owners = tables[orphans.owners].select(orphans.column).distinct()
    return F.broadcast(owners.withColumn(orphans.flag, F.lit(True)))


def n_repeated_keys(rows: DataFrame, key: Sequence[str]) -> int:
    """Return how many rows have a key that an earlier row has.

    Keys are compared by a 64-bit hash, sorted in this process: 8 bytes a row, and a fifth of the time of a shuffle.
    That two of 30 million keys share a hash, and so look repeated, happens once in 40,000 runs.
    """
    hashes = rows.select(F.xxhash64(*(F.col(f"`{name}`") for name in key)).alias("hash")).toArrow()["hash"]
    ordered = np.sort(hashes.to_numpy())
    return int((ordered[1:] == ordered[:-1]).sum())


def repeated_keys(table: Table) -> Measure:
    """Count the rows whose key an earlier row has (see `n_repeated_keys`)."""
    return lambda tables: n_repeated_keys(tables[table], table.key)


def refused_share(table: Table) -> Measure:
    """Return which part of the rows read for a raw table is in quarantine, 0 to 1; None when none was read."""

    def share(tables: Tables) -> float | None:
        n_refused = tables[QUARANTINE].where(F.col("table") == table.name).count()
        n_read = n_refused + tables[table].count()
        return n_refused / n_read if n_read else None

    return share
