"""The folder of an unpacked MovieLens archive, read as numbered lines."""

import csv
import hashlib
import re
from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from features.archive_lines import COLONS, COLONS_LATIN, CSV, Dialect
from features.archive_rows import ArchiveFile, archive_files, parsed, refuse_unknown_movies, usable_movies
from infra.errors import ArchiveBroken

PARTITION_BITS = 33
"""`monotonically_increasing_id` counts within a partition in these bits, and keeps the partition above them."""


class ReadFile(NamedTuple):
    """A file, its rows as `features.archive_rows.parsed` returns them, how many they are, and the folder's name."""

    file: ArchiveFile
    rows: DataFrame
    n_rows: int
    source: str


def read_archive(spark: SparkSession, folder: Path, snapshot_date: date) -> list[ReadFile]:
    """Return every file of a MovieLens archive, movies first; tags and links, which some lack, may have no rows.

    Raises ArchiveBroken when the folder holds no MovieLens archive, or a CSV file begins with other names than its own.
    """
    dialect = dialect_of(folder)
    movies, *others = (read_file(spark, folder, file, dialect) for file in archive_files(snapshot_date))
    known = usable_movies(movies.rows)
    return [movies, *(read._replace(rows=refuse_unknown_movies(read.rows, known)) for read in others)]


def dialect_of(folder: Path) -> Dialect:
    """Return how the files of a folder are written; of the older archives ml-10m, which has tags, is in UTF-8."""
    names = {path.name for path in folder.iterdir()}
    if {"ratings.csv", "movies.csv"} <= names:
        return CSV
    if {"ratings.dat", "movies.dat"} <= names:
        return COLONS if "tags.dat" in names else COLONS_LATIN
    raise ArchiveBroken(
        f"{folder} holds neither ratings.csv and movies.csv nor ratings.dat and movies.dat: "
        f"name the folder of an unpacked MovieLens archive"
    )


def file_hashes(folder: Path, snapshot_date: date) -> dict[str, str]:
    """Return `sha256:...` of every file that `read_archive` reads, by `<folder's name>/<file's name>`."""
    return {f"{folder.name}/{path.name}": file_hash(path) for path in _paths(folder, snapshot_date)}


def _paths(folder: Path, snapshot_date: date) -> Iterator[Path]:
    paths = (folder / f"{file.name}{dialect_of(folder).suffix}" for file in archive_files(snapshot_date))
    return (path for path in paths if path.exists())


def file_hash(path: Path) -> str:
    """Return `sha256:...` of a file."""
    with path.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


def read_file(spark: SparkSession, folder: Path, file: ArchiveFile, dialect: Dialect) -> ReadFile:
    """Return a file of a folder; one that is not there has no rows. Raises ArchiveBroken for a wrong CSV header."""
    path = folder / f"{file.name}{dialect.suffix}"
    if not path.exists():
        return ReadFile(
            file, parsed(spark.createDataFrame([], "line bigint, text string"), file, dialect), 0, folder.name
        )
    if dialect.is_csv:
        _require_header(path, file)
    lines, n_rows = _numbered_lines(spark, path, n_header_lines=int(dialect.is_csv))
    return ReadFile(file, parsed(lines, file, dialect), n_rows, folder.name)


def _require_header(path: Path, file: ArchiveFile) -> None:
    with path.open("rb") as stream:
        first = stream.readline().decode("utf-8-sig", errors="replace").rstrip("\r\n")
    expected = [field.published for field in file.fields]
    if next(csv.reader([first]), None) != expected:
        raise ArchiveBroken(
            f"{path} begins with {first[:80]!r} instead of {','.join(expected)!r}: is it the right file?"
        )


def _numbered_lines(spark: SparkSession, path: Path, n_header_lines: int) -> tuple[DataFrame, int]:
    """Return the rows of a file (line, text) and their number; lines count from 1, blank ones and headers are no rows.

    Read line by line, a broken row spoils no other. A lone carriage return ends no line.
    """
    # Spark reads the parts of a file in parallel, and each knows only its own lines. Counting them first takes little
    # beside parsing them, and tells with which number each part starts.
    value = F.col("value")
    without_return = F.when(value.endswith("\r"), F.left(value, F.length(value) - 1)).otherwise(value)
    text = spark.read.option("lineSep", "\n").text(_address(path)).select(without_return.alias("text"))
    counts = text.groupBy(F.spark_partition_id().alias("part")).agg(
        F.count("*").alias("n_lines"), F.count_if(F.col("text") != "").alias("n_filled")
    )
    parts = {row.part: row for row in counts.collect()}
    starts = accumulate(parts[part].n_lines if part in parts else 0 for part in range(max(parts, default=-1) + 1))
    lines = text.select(_line_number([0, *starts]).alias("line"), "text")
    rows = lines.where((F.col("line") > n_header_lines) & (F.col("text") != ""))
    return rows, sum(row.n_filled for row in parts.values()) - n_header_lines


def _address(path: Path) -> str:
    """Return a path as Spark takes it, which else reads brackets in it as a pattern."""
    return "file://" + re.sub(r"([\\\[\]{}*?])", r"\\\1", str(path.absolute()))


def _line_number(starts: list[int]) -> Column:
    """Return the number of the line, when part p of the file has `starts[p]` lines before it."""
    bases = [F.lit(start - (part << PARTITION_BITS)) for part, start in enumerate(starts)]
    return F.get(F.array(*bases), F.spark_partition_id()) + F.monotonically_increasing_id() + 1
