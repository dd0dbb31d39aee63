"""Rows of a MovieLens archive, and of what users did: which can be used, and which are refused and why."""

from dataclasses import dataclass
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from features.archive_fields import (
    GENRES,
    IMDB_ID,
    KIND,
    MOVIE_ID,
    RATING,
    RATING_IF_ANY,
    TAG,
    TITLE,
    TMDB_ID,
    USER_ID,
    Field,
    Refusal,
    milliseconds_field,
    seconds_field,
)
from features.archive_lines import Dialect, decoded, split_fields, unquoted
from infra.tables import RAW_ACTIONS, RAW_LINKS, RAW_MOVIES, RAW_RATINGS, RAW_TAGS, Table

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


def actions_file(snapshot_date: date) -> ArchiveFile:
    """Return the file of what users did by the end (UTC) of a day, as `infra.stores.actions` writes it."""
    happened_at = milliseconds_field("happened_at", snapshot_date)
    return ArchiveFile("actions", RAW_ACTIONS, (USER_ID, MOVIE_ID, KIND, RATING_IF_ANY, happened_at))


def parsed(lines: DataFrame, file: ArchiveFile, dialect: Dialect) -> DataFrame:
    """Return one row per row of `lines` (line, text): both, each field's value, and `reason`.

    `reason` says why the row cannot be used, looked at alone; of several the first counts. It is null for a usable row.
    """
    split = lines.select("line", decoded(F.col("text"), dialect).alias("text")).withColumn(
        "fields", split_fields(F.col("text"), dialect, len(file.fields))
    )
    # Each text is a column because it is asked for several times; Spark would take the field apart for each.
    texts = {f"text of {field.name}": F.get("fields", F.lit(place)) for place, field in enumerate(file.fields)}
    values = split.withColumns({name: unquoted(text, dialect) for name, text in texts.items()}).withColumns(
        {field.name: field.value(F.col(text)) for field, text in zip(file.fields, texts, strict=True)}
    )
    refusals = [
        *_form_refusals(len(file.fields)),
        *(
            refusal
            for field, text in zip(file.fields, texts, strict=True)
            for refusal in field.refusals(F.col(text), F.col(field.name))
        ),
    ]
    return values.withColumn("reason", _first_of(refusals)).drop("fields", *texts)


def usable_movies(movies: DataFrame) -> DataFrame:
    """Return one row per movie_id that a usable row of the parsed movies file names."""
    return movies.where("reason IS NULL").select("movie_id").distinct()


def refuse_unknown_movies(rows: DataFrame, known_movies: DataFrame) -> DataFrame:
    """Give the parsed rows whose movie_id is not in `known_movies` that reason, if they have no other."""
    known = F.broadcast(known_movies.select("movie_id", F.lit(True).alias("is_known")))
    unknown = F.when(F.col("is_known").isNull(), UNKNOWN_MOVIE)
    return rows.join(known, "movie_id", "left").withColumn("reason", F.coalesce("reason", unknown)).drop("is_known")


def usable_rows(rows: DataFrame, file: ArchiveFile, source: str) -> DataFrame:
    """Return the parsed rows without a reason, in the columns and types of the raw table."""
    values = (F.col(field.name).cast(file.table.columns[field.name]).alias(field.name) for field in file.fields)
    return rows.where("reason IS NULL").select(*values, F.lit(source).alias("source"), "line")


def refused_rows(rows: DataFrame, file: ArchiveFile, source: str) -> DataFrame:
    """Return the parsed rows with a reason, in the columns of `quarantine`, and so all but the first with the same key.

    Bytes that are no text become U+FFFD in `row`.
    """
    same_key = Window.partitionBy(*file.table.key, "reason").orderBy("line")
    duplicate = F.when(F.row_number().over(same_key) > 1, DUPLICATE)
    return (
        rows.select("line", "text", *file.table.key, "reason")
        .withColumn("reason", F.coalesce("reason", duplicate))
        .where("reason IS NOT NULL")
        .select(
            F.lit(file.table.name).alias("table"),
            F.lit(source).alias("source"),
            "line",
            "reason",
            F.make_valid_utf8("text").alias("row"),
        )
    )


def _form_refusals(n_fields: int) -> list[Refusal]:
    return [
        (BROKEN_ENCODING, ~F.is_valid_utf8("text")),
        (BROKEN_QUOTING, F.col("fields").isNull()),
        (TOO_FEW, F.size("fields") < n_fields),
        (TOO_MANY, F.size("fields") > n_fields),
    ]


def _first_of(refusals: list[Refusal]) -> Column:
    return F.coalesce(*(F.when(holds, reason) for reason, holds in refusals))
