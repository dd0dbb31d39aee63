"""The same ETL in few lines, without checks of what is written.

Run `python -m tests.benchmarks.etl_peers <spark or polars> <sample> <folder>`.
`spark` reads ratings by a schema, drops duplicates and writes Parquet, in a session like our own. `polars` does what
our transforms do: it refuses unusable rows, and writes raw ratings, latest ratings, interactions, and features of
movies and users.
"""

import sys
from pathlib import Path

import polars as pl

from infra.spark import create_session
from infra.tables import GENRES, genre_column

MEMORY_MB = 4_096


def spark(archive, folder):
    schema = "userId bigint, movieId bigint, rating float, timestamp bigint"
    session = create_session("bare", "local[*]", MEMORY_MB, (archive / "ratings.csv").stat().st_size)
    rows = session.read.csv(str((archive / "ratings.csv").absolute()), schema, header=True)
    rows.dropDuplicates().write.parquet(str(folder / "ratings"))
    session.stop()


def polars(archive, folder):
    movies = pl.read_csv(archive / "movies.csv").rename({"movieId": "movie_id"})
    movies = movies.with_columns(
        *(pl.col("genres").str.contains(genre, literal=True).alias(f"is_{genre_column(genre)}") for genre in GENRES)
    )
    rows = pl.read_csv(archive / "ratings.csv", new_columns=["user_id", "movie_id", "rating", "rated_at"])
    usable = rows.filter(
        (pl.col("user_id") > 0)
        & pl.col("rating").is_between(0.5, 5)
        & (pl.col("rating") * 2 % 1 == 0)
        & (pl.col("rated_at") >= 788_918_400)
        & pl.col("movie_id").is_in(movies["movie_id"].implode())
    ).unique(["user_id", "movie_id", "rated_at"], keep="first", maintain_order=True)
    rows.join(usable, ["user_id", "movie_id", "rated_at"], "anti").write_parquet(folder / "quarantine.parquet")
    usable.write_parquet(folder / "raw_ratings.parquet")
    ratings = (
        usable.sort("user_id", "movie_id", "rated_at")
        .unique(["user_id", "movie_id"], keep="last")
        .sort("user_id", "movie_id")
    )
    ratings.write_parquet(folder / "ratings.parquet")
    ratings.with_columns(kind=pl.lit("rating")).write_parquet(folder / "interactions.parquet")
    received = received_movies(movies, ratings)
    received.write_parquet(folder / "movie_features.parquet")
    users(ratings, received).write_parquet(folder / "user_features.parquet")


def received_movies(movies, ratings):
    days = (pl.col("rated_at").max() - pl.col("rated_at")) // 86_400
    reception = (
        ratings.with_columns(days=days)
        .group_by("movie_id")
        .agg(
            *((pl.col("days") < window).sum().alias(f"n_ratings_{window}_days") for window in (7, 30, 365)),
            pl.len().alias("n_ratings"),
            pl.col("rating").mean().alias("mean_rating"),
            pl.col("rating").sum().alias("sum_of_ratings"),
            pl.col("days").max().alias("days_since_first_rating"),
        )
    )
    known = movies.join(reception, "movie_id", "left").with_columns(pl.col("n_ratings").fill_null(0))
    return known.with_columns(lean=(pl.col("n_ratings").rank("min") - 1) / max(len(known) - 1, 1)).sort("movie_id")


def users(ratings, received):
    flags = [f"is_{genre_column(genre)}" for genre in GENRES]
    rated = ratings.join(received.select("movie_id", "lean", *flags), "movie_id")
    return (
        rated.group_by("user_id")
        .agg(
            pl.len().alias("n_ratings"),
            pl.col("rating").mean().alias("mean_rating"),
            pl.col("rating").std(ddof=0).alias("rating_spread"),
            pl.col("rated_at").max().alias("last_rated_at"),
            pl.col("lean").mean().alias("popularity_lean"),
            *(pl.col(flag).mean().alias(f"{flag.removeprefix('is_')}_share") for flag in flags),
        )
        .sort("user_id")
    )


if __name__ == "__main__":
    {"spark": spark, "polars": polars}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
