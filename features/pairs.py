"""What the second stage knows of a user and a movie: `infra.tables.PAIR_FEATURES`, on Spark.

`models/pair_features.py` says the same in arrays, and what each feature is.
"""

from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.ml.stat import Summarizer
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.users import popularity_and_genres
from infra.tables import GENRES, MOVIE_IN_PAIR, PAIR_FEATURES, USER_IN_PAIR, genre_column

DAYS_PER_YEAR = 365.25


def pair_features(
    candidates: DataFrame, user_features: DataFrame, movie_features: DataFrame, tastes: DataFrame, content: DataFrame
) -> DataFrame:
    """Return one row per (user_id, movie_id) of `candidates`: its columns, and PAIR_FEATURES, null where unknown.

    `content` is one row per movie_id with `content` (array of numbers), the rows of `models.catalogue`; `tastes` is
    what `user_tastes` returns. Users and movies are in the other tables.
    """
    users = user_features.join(tastes, "user_id").select(
        "user_id",
        *(F.col(name).alias(f"user_{name}") for name in USER_IN_PAIR),
        *(f"{genre_column(genre)}_share" for genre in GENRES),
        "mean_age_years",
        "profile",
    )
    movies = (
        movie_features.join(
            popularity_and_genres(movie_features).select("movie_id", "n_less_rated", "n_others"), "movie_id"
        )
        .join(content, "movie_id")
        .select(
            "movie_id",
            *(F.col(name).alias(f"movie_{name}") for name in MOVIE_IN_PAIR),
            *(f"is_{genre_column(genre)}" for genre in GENRES),
            (F.col("n_less_rated") / F.col("n_others")).alias("popularity_share"),
            "content",
        )
    )
    pairs = candidates.join(F.broadcast(movies), "movie_id").join(users, "user_id")
    return pairs.withColumns(cross_features()).select(*candidates.columns, *PAIR_FEATURES)


def user_tastes(ratings: DataFrame, movie_features: DataFrame, content: DataFrame) -> DataFrame:
    """Return one row per user_id: `mean_age_years` of the movies rated, and `profile`, the mean of their content."""
    movies = movie_features.select("movie_id", "age_years").join(content, "movie_id")
    return (
        ratings.join(F.broadcast(movies), "movie_id")
        .groupBy("user_id")
        .agg(
            F.mean("age_years").alias("mean_age_years"),
            vector_to_array(Summarizer.mean(array_to_vector("content"))).alias("profile"),
        )
    )


def cross_features() -> dict[str, Column]:
    """Return what a user and a movie have in common, or not, by name."""
    names = [genre_column(genre) for genre in GENRES]
    n_genres = sum(F.col(f"is_{name}").cast("int") for name in names)
    shares = sum(F.when(F.col(f"is_{name}"), F.col(f"{name}_share")).otherwise(0) for name in names)
    length = F.sqrt(dot("profile", "profile"))
    days_since_last = F.col("user_days_since_last_rating")
    return {
        "genre_affinity": shares / F.nullif(n_genres, F.lit(0)),
        "content_affinity": F.coalesce(dot("profile", "content") / F.nullif(length, F.lit(0.0)), F.lit(0.0)),
        "popularity_gap": F.col("popularity_share") - F.col("user_popularity_lean"),
        "rating_gap": F.col("movie_shrunk_rating") - F.col("user_mean_rating"),
        "age_gap": F.col("movie_age_years") - F.col("mean_age_years"),
        "days_known_at_last_rating": F.col("movie_days_since_first_rating") - days_since_last,
        "age_at_last_rating": F.col("movie_age_years") - days_since_last / DAYS_PER_YEAR,
    }


def dot(left: str, right: str) -> Column:
    """Return the dot product of two columns of arrays."""
    return F.aggregate(F.zip_with(left, right, lambda a, b: a * b), F.lit(0.0), lambda total, part: total + part)
