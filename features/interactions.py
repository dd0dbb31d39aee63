"""Everything users do with movies, in one table."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

RATING = "rating"
"""The kind of interaction that carries a rating."""


def rating_interactions(ratings: DataFrame) -> DataFrame:
    """Return one row per (user_id, movie_id), of kind `rating`, from each user's latest rating of each movie."""
    return ratings.select(
        "user_id", "movie_id", F.lit(RATING).alias("kind"), "rating", F.col("rated_at").alias("happened_at")
    )
