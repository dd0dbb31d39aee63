"""Who rates: how much, how generously, and what."""

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from features.ratings import days_before
from infra.tables import GENRES, genre_column


def user_features(ratings: DataFrame, movie_features: DataFrame, horizon: datetime) -> DataFrame:
    """Return one row per user_id of `ratings`, whose movies must all be in `movie_features`.

    - `rating_spread`: population standard deviation of the user's ratings, 0 to 2.25.
    - `days_since_last_rating`: whole days before the horizon.
    - `popularity_lean`: mean, over the movies rated, of the share of the other movies of the catalogue that have fewer
      ratings: 0 for a user of the least rated movies, near 1 for one who sees what everyone sees.
    - `<genre>_share`: share of the movies rated that have the genre; together they may exceed 1.
    """
    n_ratings = F.count("*")
    genres = {genre_column(genre): F.count_if(f"is_{genre_column(genre)}") for genre in GENRES}
    # The movies travel to the ratings, which lie sorted by user and so are nearly summed up before any shuffle.
    return (
        ratings.join(F.broadcast(popularity_and_genres(movie_features)), "movie_id")
        .groupBy("user_id")
        .agg(
            n_ratings.alias("n_ratings"),
            F.mean("rating").alias("mean_rating"),
            spread(F.col("rating")).alias("rating_spread"),
            F.min(days_before(horizon)).alias("days_since_last_rating"),
            (F.sum("n_less_rated") / F.sum("n_others")).alias("popularity_lean"),
            *((n_rated / n_ratings).alias(f"{genre}_share") for genre, n_rated in genres.items()),
        )
    )


def popularity_and_genres(movie_features: DataFrame) -> DataFrame:
    """Return one row per movie_id: n_less_rated of the n_others have fewer ratings; and `is_<genre>`."""
    n_others = F.count("*").over(Window.partitionBy()) - 1
    return movie_features.select(
        "movie_id",
        (F.rank().over(Window.orderBy("n_ratings")) - 1).alias("n_less_rated"),
        F.greatest(n_others, F.lit(1)).alias("n_others"),
        *(f"is_{genre_column(genre)}" for genre in GENRES),
    )


def spread(rating: Column) -> Column:
    """Return the population standard deviation of half-star ratings, the same to the last bit in any order of rows.

    Spark's own merges rounded figures in the order partitions arrive; sums of halves and of their squares are exact.
    """
    value, n = rating.cast("double"), F.count(rating)
    return F.sqrt(n * F.sum(value * value) - F.sum(value) * F.sum(value)) / n
