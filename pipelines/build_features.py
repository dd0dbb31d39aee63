"""Turn one raw snapshot into the tables that models learn from and people see."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from features.actions import interactions, leave_out, with_ratings_of
from features.movies import catalogue, movie_features
from features.popularity import popularity
from features.ratings import horizon, keep_latest_rating
from features.tags import alike_tags
from features.users import user_features
from infra.settings import MongodbSettings, get_settings
from infra.spark import create_session
from infra.stores.actions import ActionStore
from infra.stores.attempt import Attempt
from infra.stores.lake import Lake
from infra.stores.manifest import Manifest
from infra.stores.snapshot import Snapshot
from infra.tables import (
    FEATURES,
    INTERACTIONS,
    MOVIE_FEATURES,
    MOVIES,
    POPULARITY,
    RATINGS,
    RAW,
    RAW_ACTIONS,
    RAW_LINKS,
    RAW_MOVIES,
    RAW_RATINGS,
    RAW_TAGS,
    TAGS,
    USER_FEATURES,
    Table,
)
from pipelines import expectations
from pipelines.table_figures import REPEATED_KEYS, Figures

BYTES_PER_RATING = 27
"""What a rating takes in the archive, as text."""


def run(
    snapshot_date: date,
    lake: Lake,
    spark: SparkSession,
    docs_dir: Path,
    deleted_users: Sequence[int] = (),
    into: Lake | None = None,
) -> Manifest:
    """Build, check and commit every feature table of one snapshot; running it again replaces that snapshot.

    The features are written to the lake of the raw tables, or `into` another.

    What `deleted_users` did is left out: they may have gone after the raw snapshot was made.

    Killed anywhere before the commit, the previous snapshot stays in force. Raises SnapshotMissing when there is no
    complete raw snapshot of the date, and ExpectationFailed when a table does not satisfy its expectations.
    """
    raw = lake.open(RAW, snapshot_date)
    attempt = (into or lake).begin(FEATURES, snapshot_date)

    def store(table: Table, rows: DataFrame) -> DataFrame:
        """Write the rows and return them as written, so that nothing after computes them a second time."""
        written = attempt.write(table, rows)
        print(f"{table.name:<15} {written.n_rows:>12,} rows in {attempt.location(table)}")
        return attempt.read(table, spark)

    deleted = spark.createDataFrame([(user_id,) for user_id in deleted_users], "user_id bigint")
    actions = raw.read(RAW_ACTIONS, spark).transform(leave_out(deleted))
    opinions = raw.read(RAW_RATINGS, spark).transform(with_ratings_of(actions))
    ratings = store(RATINGS, keep_latest_rating(opinions))
    store(INTERACTIONS, interactions(ratings, actions))
    newest = horizon(ratings)
    # All of the movies' side is small enough for one task and one file, which spares its joins their shuffles.
    raw_movies, links, raw_tags = (raw.read(table, spark).coalesce(1) for table in (RAW_MOVIES, RAW_LINKS, RAW_TAGS))
    tags = store(TAGS, alike_tags(raw_tags)).coalesce(1)
    movies = store(MOVIES, catalogue(raw_movies, links, tags).orderBy("movie_id")).coalesce(1)
    received = store(MOVIE_FEATURES, movie_features(movies, ratings, tags, newest).orderBy("movie_id")).coalesce(1)
    store(USER_FEATURES, user_features(ratings, received, newest).coalesce(1).orderBy("user_id"))
    store(POPULARITY, popularity(movies, received))
    written = {table: attempt.read(table, spark) for table in FEATURES.tables}
    checks = expectations.check(FEATURES, written, docs_dir, known=_proved_by_order(attempt))
    return attempt.commit(raw.manifest.hashes, checks)


def _proved_by_order(attempt: Attempt) -> dict[Table, Figures]:
    """Return that no key of ratings repeats, where the order of their rows proves it: else it is counted.

    Interactions keep no order: Spark reads the files of many ratings in that of their sizes.
    """
    return {RATINGS: {REPEATED_KEYS: 0}} if attempt.is_in_order(RATINGS, RATINGS.key) else {}


def main(snapshot_date: str | None = None) -> str:
    """Build the features of a date, such as 2026-11-20, or of the newest raw snapshot, and return the date."""
    settings = get_settings()
    lake = Lake(settings.lake.root)
    raw = lake.open(RAW, date.fromisoformat(snapshot_date) if snapshot_date else None)
    deleted = deleted_users(raw, settings.mongodb)
    text_bytes = raw.record(RAW_RATINGS).n_rows * BYTES_PER_RATING
    spark = create_session("build_features", settings.spark.master, settings.spark.driver_memory_mb, text_bytes)
    run(raw.snapshot_date, lake, spark, settings.lake.data_docs_dir, deleted)
    return str(raw.snapshot_date)


def deleted_users(raw: Snapshot, mongodb: MongodbSettings) -> list[int]:
    """Return who must not be in features of a raw snapshot; without actions in it, MongoDB need not even run."""
    if not raw.record(RAW_ACTIONS).n_rows:
        return []
    with ActionStore(mongodb.address, mongodb.database) as store:
        return store.deleted_users()
