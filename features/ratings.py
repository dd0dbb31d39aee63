"""Rating history: what each user thinks of each movie, and the moment a snapshot looks back from."""

from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

SECONDS_PER_DAY = 86_400


def keep_latest_rating(raw_ratings: DataFrame) -> DataFrame:
    """Keep one row per (user_id, movie_id): the most recent, and of two at the same second the later line.

    A user who re-rates a movie has changed their mind, so earlier rows are noise. Rows come out in ranges of user_id,
    sorted by user_id and movie_id: the one shuffle that finds the latest rating also gives the order to store them in.
    """
    newest_first = Window.partitionBy("user_id", "movie_id").orderBy(F.desc("rated_at"), F.desc("line"))
    recency = F.row_number().over(newest_first)
    return raw_ratings.repartitionByRange("user_id").withColumn("recency", recency).where("recency = 1").drop("recency")


def horizon(ratings: DataFrame) -> datetime:
    """Return the newest `rated_at` (UTC) of one rating or more: windows and ages count back from it.

    A published archive ends years before the day it is landed, so counting from that day would leave windows empty.
    They do empty once someone here has rated: from then on the last week is the last week here, and what an archive's
    people saw in its last days is no longer recent. Counts of all time, means and ranks keep it; models count from the
    same moment (`models.pair_features`), when they learn and when they list, and each night learns what it is worth.
    """
    return datetime.fromtimestamp(ratings.agg(F.unix_seconds(F.max("rated_at"))).collect()[0][0], UTC)


def days_before(moment: datetime) -> Column:
    """Return the whole days (of 24 hours) from each `rated_at` to `moment`."""
    return F.floor((F.unix_seconds(F.lit(moment)) - F.unix_seconds("rated_at")) / SECONDS_PER_DAY)
