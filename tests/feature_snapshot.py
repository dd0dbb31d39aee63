"""Small feature snapshots from typed-out ratings and movies."""

from collections.abc import Sequence
from datetime import date, datetime

from pyspark.sql import SparkSession

from infra.stores.lake import Lake
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES, INTERACTIONS, MOVIE_FEATURES, MOVIES, POPULARITY, RATINGS, TAGS, USER_FEATURES

DAY = date(2026, 11, 20)


def write_features(
    lake: Lake,
    spark: SparkSession,
    ratings: Sequence[tuple[int, int, float]],
    movies: Sequence[tuple[int, str, list[str], float]],
) -> Snapshot:
    """Commit and open a snapshot of (user_id, movie_id, rating) and (movie_id, title, genres, shrunk_rating).

    A movie is popular, of all and of its genres, if someone rated it; columns that publication does not read are null.
    """
    rated = sorted((m for m in movies if any(r[1] == m[0] for r in ratings)), key=lambda movie: -movie[3])
    scopes = ["all", *sorted({genre for movie in rated for genre in movie[2]})]
    members = {scope: [movie for movie in rated if scope == "all" or scope in movie[2]] for scope in scopes}
    tables = {
        RATINGS: [
            {"user_id": user_id, "movie_id": movie_id, "rating": rating, "rated_at": datetime(2024, 1, 1)}
            for user_id, movie_id, rating in ratings
        ],
        INTERACTIONS: [],
        TAGS: [],
        MOVIES: [{"movie_id": m, "title": title, "year": 1999, "genres": genres} for m, title, genres, _ in movies],
        MOVIE_FEATURES: [{"movie_id": m, "shrunk_rating": shrunk} for m, _, _, shrunk in movies],
        USER_FEATURES: [{"user_id": user_id} for user_id in sorted({rating[0] for rating in ratings})],
        POPULARITY: [
            {"scope": scope, "movie_id": movie[0], "score": movie[3], "rank": rank}
            for scope, listed in members.items()
            for rank, movie in enumerate(listed, start=1)
        ],
    }
    attempt = lake.begin(FEATURES, DAY)
    for table, rows in tables.items():
        attempt.write(table, spark.createDataFrame(rows, table.schema))
    attempt.commit(inputs={})
    return lake.open(FEATURES, DAY)
