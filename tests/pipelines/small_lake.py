"""A small lake: people who like comedies and never see a western, and the other way round."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pyspark.sql import SparkSession

from infra.stores.lake import Lake
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES, MOVIES, RATINGS, TAGS, Table

YESTERDAY, DAY = date(2026, 11, 19), date(2026, 11, 20)
USERS = range(1, 41)
COMEDIES, WESTERNS = range(1, 21), range(101, 121)
UNRATED_WESTERN = 199

Row = Mapping[str, Any]


def watched(user_id: int) -> list[int]:
    """Three of four movies of one genre in an order of the user's own: who likes comedies never sees a western."""
    liked = [movie_id for movie_id in (COMEDIES if user_id % 2 else WESTERNS) if (movie_id * 7 + user_id * 3) % 4]
    first = user_id * 5 % len(liked)
    return liked[first:] + liked[:first]


def movie(movie_id: int, genre: str) -> Row:
    """Return what is published of a movie of 1995."""
    return {"movie_id": movie_id, "title": f"{genre} & {movie_id}", "year": 1995, "genres": [genre], "tags": []}


def rating(user_id: int, movie_id: int, stars: float, day: int) -> Row:
    """Return a rating given so many days after the year 2024 began."""
    rated_at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(day)
    return {"user_id": user_id, "movie_id": movie_id, "rating": stars, "rated_at": rated_at}


def tag(user_id: int, movie_id: int, name: str, day: int) -> Row:
    """Return a tag given so many days after the year 2024 began."""
    tagged_at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(day)
    return {"user_id": user_id, "movie_id": movie_id, "tag": name, "tagged_at": tagged_at}


def write_snapshot(lake: Lake, spark: SparkSession, day: date, rows: Mapping[Table, Sequence[Row]]) -> Snapshot:
    """Commit and open a feature snapshot of these rows; the other tables are empty."""
    attempt = lake.begin(FEATURES, day)
    for table in FEATURES.tables:
        attempt.write(table, spark.createDataFrame(rows.get(table, []), table.schema).coalesce(1))
    attempt.commit(inputs={"raw_movies": "0f"})
    return lake.open(FEATURES, day)


def write_small_lake(spark: SparkSession, root: str) -> Lake:
    """Write two snapshots: everything there is, and before it what everyone had rated but for their last movie."""
    movies = [movie(n, "Comedy") for n in COMEDIES] + [movie(n, "Western") for n in [*WESTERNS, UNRATED_WESTERN]]
    lake = Lake(root)
    for day, n_unknown in ((YESTERDAY, 1), (DAY, 0)):
        ratings = [
            rating(user_id, movie_id, 4.0, days)
            for user_id in USERS
            for days, movie_id in enumerate(watched(user_id)[: len(watched(user_id)) - n_unknown])
        ]
        write_snapshot(lake, spark, day, {RATINGS: ratings, MOVIES: movies, TAGS: []})
    return lake
