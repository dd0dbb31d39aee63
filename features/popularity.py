"""The movies everyone likes best, overall and by genre."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from infra.tables import EVERY_GENRE

LIST_LENGTH = 500
"""How many movies a scope keeps: a list of 100 is still full when what a busy user has rated is taken out."""


def popularity(movies: DataFrame, movie_features: DataFrame) -> DataFrame:
    """Return one row per (scope, movie_id): the best LIST_LENGTH rated movies of all and of each genre in `movies`.

    `score` is the shrunk rating (`features.movies.shrunk_rating`), never the plain mean; `rank` counts from 1, equal
    scores in order of movie_id. A genre without a rated movie has no rows.
    """
    rated = movie_features.where("n_ratings > 0").select("movie_id", F.col("shrunk_rating").alias("score"))
    scopes = F.concat(F.array(F.lit(EVERY_GENRE)), "genres")
    best_first = Window.partitionBy("scope").orderBy(F.desc("score"), "movie_id")
    return (
        movies.select("movie_id", F.explode(scopes).alias("scope"))
        .join(F.broadcast(rated), "movie_id")
        .withColumn("rank", F.row_number().over(best_first))
        .where(F.col("rank") <= LIST_LENGTH)
    )
