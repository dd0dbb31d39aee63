"""Turn one raw snapshot into the tables that models learn from and people see."""

from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from features.interactions import rating_interactions
from features.movies import catalogue, movie_features
from features.popularity import popularity
from features.ratings import horizon, keep_latest_rating
from features.tags import alike_tags
from features.users import user_features
from infra.settings import get_settings
from infra.spark import create_session
from infra.stores.lake import Lake
from infra.stores.manifest import Manifest
from infra.tables import (
    FEATURES,
    INTERACTIONS,
    MOVIE_FEATURES,
    MOVIES,
    POPULARITY,
    RATINGS,
    RAW,
    RAW_LINKS,
    RAW_MOVIES,
    RAW_RATINGS,
    RAW_TAGS,
    TAGS,
    USER_FEATURES,
    Table,
)
from pipelines import expectations


def run(snapshot_date: date, lake: Lake, spark: SparkSession, docs_dir: Path) -> Manifest:
    """Build, check and commit every feature table of one snapshot; running it again replaces that snapshot.

    Killed anywhere before the commit, the previous snapshot stays in force. Raises SnapshotMissing when there is no
    complete raw snapshot of the date, and ExpectationFailed when a table does not satisfy its expectations.
    """
    raw = lake.open(RAW, snapshot_date)
    attempt = lake.begin(FEATURES, snapshot_date)

    def store(table: Table, rows: DataFrame) -> DataFrame:
        """Write the rows and return them as written, so that nothing after computes them a second time."""
        written = attempt.write(table, rows)
        print(f"{table.name:<15} {written.n_rows:>12,} rows in {attempt.location(table)}")
        return attempt.read(table, spark)

    ratings = store(RATINGS, keep_latest_rating(raw.read(RAW_RATINGS, spark)))
    store(INTERACTIONS, rating_interactions(ratings))
    newest = horizon(ratings)
    # All of the movies' side is small enough for one task and one file, which spares its joins their shuffles.
    raw_movies, links, raw_tags = (raw.read(table, spark).coalesce(1) for table in (RAW_MOVIES, RAW_LINKS, RAW_TAGS))
    tags = store(TAGS, alike_tags(raw_tags)).coalesce(1)
    movies = store(MOVIES, catalogue(raw_movies, links, tags).orderBy("movie_id")).coalesce(1)
    received = store(MOVIE_FEATURES, movie_features(movies, ratings, tags, newest).orderBy("movie_id")).coalesce(1)
    store(USER_FEATURES, user_features(ratings, received, newest).coalesce(1).orderBy("user_id"))
    store(POPULARITY, popularity(movies, received))
    checks = expectations.check(FEATURES, {table: attempt.read(table, spark) for table in FEATURES.tables}, docs_dir)
    return attempt.commit(raw.manifest.hashes, checks)


def main(snapshot_date: str | None = None) -> str:
    """Build the features of a date, such as 2026-11-20, or of the newest raw snapshot, and return the date."""
    settings = get_settings()
    lake = Lake(settings.lake.root)
    day = date.fromisoformat(snapshot_date) if snapshot_date else lake.open(RAW).snapshot_date
    spark = create_session("build_features", settings.spark.master, settings.spark.driver_memory_mb)
    run(day, lake, spark, settings.lake.data_docs_dir)
    return day.isoformat()
