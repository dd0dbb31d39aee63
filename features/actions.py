"""What users did, merged with the ratings of the archive."""

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

RATING = "rating"
"""The kind of interaction that carries a rating."""

INTERESTS = ("watch", "bookmark")
"""The other kinds that show interest. Hiding a movie shows none: it is kept in `raw_actions`, and no interaction."""


def leave_out(users: DataFrame) -> Callable[[DataFrame], DataFrame]:
    """Return a transform that drops the rows of `users` (user_id)."""
    return lambda rows: rows.join(F.broadcast(users), "user_id", "left_anti")


def with_ratings_of(raw_actions: DataFrame) -> Callable[[DataFrame], DataFrame]:
    """Return a transform that adds the ratings among the actions to raw ratings."""
    given = raw_actions.where(F.col("kind") == RATING).withColumnRenamed("happened_at", "rated_at").drop("kind")
    return lambda raw_ratings: raw_ratings.unionByName(given)


def interactions(ratings: DataFrame, raw_actions: DataFrame) -> DataFrame:
    """Return one row per (user_id, movie_id, kind): ratings in their order, then what users watched and bookmarked."""
    columns = "user_id", "movie_id", "kind", "rating", "happened_at"
    rated = ratings.withColumn("kind", F.lit(RATING)).withColumnRenamed("rated_at", "happened_at")
    interests = raw_actions.where(F.col("kind").isin(*INTERESTS)).orderBy(*columns[:3])
    return rated.select(*columns).union(interests.select(*columns))
