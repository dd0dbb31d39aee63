"""What users called movies, and when."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def alike_tags(raw_tags: DataFrame) -> DataFrame:
    """Return one row per (user_id, movie_id, tag), lower case and trimmed, at the first time it was given.

    A tag of nothing but spaces is left out.
    """
    named = raw_tags.select("user_id", "movie_id", F.lower(F.trim("tag")).alias("tag"), "tagged_at")
    return named.where("tag != ''").groupBy("user_id", "movie_id", "tag").agg(F.min("tagged_at").alias("tagged_at"))
