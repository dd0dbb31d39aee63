"""Rows of a MovieLens archive: which can be used, and which are refused and why.

Every line is in exactly one of `refused_rows` and `landed_rows`, because the second is what the first left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from features.archive_fields import (
    GENRES,
    IMDB_ID,
    MOVIE_ID,
    RATING,
    TAG,
    TITLE,
    TMDB_ID,
    USER_ID,
    Field,
    Refusal,
    seconds_field,
)
from features.archive_lines import Dialect, decoded, field_texts
from infra.tables import RAW_LINKS, RAW_MOVIES, RAW_RATINGS, RAW_TAGS, Table

BROKEN_ENCODING = "broken encoding"
BROKEN_QUOTING = "broken quoting"
TOO_FEW = "too few columns"
TOO_MANY = "too many columns"
UNKNOWN_MOVIE = "unknown movie"
DUPLICATE = "duplicate"


@dataclass(frozen=True)
class ArchiveFile:
    """One of an archive's files: its name without suffix, the raw table it becomes, and its fields in order."""

    name: str
    table: Table
    fields: tuple[Field, ...]


def archive_files(snapshot_date: date) -> tuple[ArchiveFile, ...]:
    """Return the files of a MovieLens archive, read as of the end (UTC) of a day; movies, which others name, first."""
    return (
        ArchiveFile("movies", RAW_MOVIES, (MOVIE_ID, TITLE, GENRES)),
        ArchiveFile("ratings", RAW_RATINGS, (USER_ID, MOVIE_ID, RATING, seconds_field("rated_at", snapshot_date))),
        ArchiveFile("tags", RAW_TAGS, (USER_ID, MOVIE_ID, TAG, seconds_field("tagged_at", snapshot_date))),
        ArchiveFile("links", RAW_LINKS, (MOVIE_ID, IMDB_ID, TMDB_ID)),
    )


def parsed(lines: DataFrame, file: ArchiveFile, dialect: Dialect) -> DataFrame:
    """Return one row per line of `lines` (line, text): line, text, `texts` of its fields, and each field's value.

    A value that cannot be read is null; `texts` is null where quoting is broken.
    """
    text = decoded(F.col("text"), dialect)
    texts = lines.select("line", text.alias("text")).withColumn("texts", field_texts(F.col("text"), dialect, len(file.fields)))
    values = {field.name: field.value(_text(position)) for position, field in enumerate(file.fields)}
    return texts.withColumns(values)


def usable_movies(movies: DataFrame, file: ArchiveFile) -> DataFrame:
    """Return one row per movie_id that a usable row of the parsed movies file names."""
    return movies.where(_reason(_line_refusals(file)).isNull()).select("movie_id").distinct()


def refused_rows(rows: DataFrame, file: ArchiveFile, known_movies: DataFrame | None, source: str) -> DataFrame:
    """Return one row per parsed row that cannot be used, in the columns of `quarantine`.

    With `known_movies` (movie_id), a row of any other movie is refused. Of usable rows with the same key the first line
    stays. A row is refused for one reason, the first that holds; invalid bytes of its text become U+FFFD.
    """
    refusals = _line_refusals(file)
    if known_movies is not None:
        rows = rows.join(F.broadcast(known_movies.withColumn("is_known", F.lit(True))), "movie_id", "left")
        refusals.append((UNKNOWN_MOVIE, F.col("is_known").isNull()))
    same_key = Window.partitionBy("reason", *file.table.key).orderBy("line")
    reason = F.coalesce("reason", F.when(F.col("nth") > 1, DUPLICATE))
    return (
        rows.select("line", "text", *file.table.key, _reason(refusals).alias("reason"))
        .withColumn("nth", F.row_number().over(same_key))
        .where("reason IS NOT NULL OR nth > 1")
        .select(
            F.lit(file.table.name).alias("table"),
            F.lit(source).alias("source"),
            "line",
            reason.alias("reason"),
            F.make_valid_utf8("text").alias("row"),
        )
    )


def landed_rows(rows: DataFrame, file: ArchiveFile, quarantine: DataFrame, source: str) -> DataFrame:
    """Return the parsed rows whose line is not in `quarantine` for this table, in the raw table's columns and types."""
    refused = quarantine.where(F.col("table") == file.table.name).select("line")
    typed = (F.col(field.name).cast(file.table.columns[field.name]).alias(field.name) for field in file.fields)
    return rows.join(refused, "line", "left_anti").select(*typed, F.lit(source).alias("source"), "line")


def _line_refusals(file: ArchiveFile) -> list[Refusal]:
    """Return why a row may be refused that is looked at alone."""
    n_texts = F.size("texts")
    return [
        (BROKEN_ENCODING, ~F.is_valid_utf8("text")),
        (BROKEN_QUOTING, F.col("texts").isNull()),
        (TOO_FEW, n_texts < len(file.fields)),
        (TOO_MANY, n_texts > len(file.fields)),
        *(
            refusal
            for position, field in enumerate(file.fields)
            for refusal in field.refusals(_text(position), F.col(field.name))
        ),
    ]


def _reason(refusals: Sequence[Refusal]) -> Column:
    return F.coalesce(*(F.when(holds, reason) for reason, holds in refusals))


def _text(position: int) -> Column:
    return F.get("texts", F.lit(position))
