from datetime import UTC, datetime

import pytest
from pyspark.testing import assertDataFrameEqual

from features.ratings import days_before, horizon, keep_latest_rating

SCHEMA = "user_id long, movie_id long, rating float, rated_at timestamp, line long"


def at(day, hour=0, minute=0):
    return datetime(2024, 1, day, hour, minute, tzinfo=UTC)


def test_a_user_who_rerates_keeps_only_the_latest(spark):
    late = (1, 10, 5.0, at(2), 2)
    early = (1, 10, 2.0, at(1), 3)
    of_another_movie = (1, 20, 3.0, at(1), 4)
    of_another_user = (2, 10, 1.0, at(1), 5)
    ratings = spark.createDataFrame([late, early, of_another_movie, of_another_user], SCHEMA)

    latest = ratings.transform(keep_latest_rating)

    assertDataFrameEqual(latest, spark.createDataFrame([late, of_another_movie, of_another_user], SCHEMA))


def test_of_two_ratings_at_the_same_second_the_later_line_stands(spark):
    ratings = spark.createDataFrame([(1, 10, 4.0, at(1), 9), (1, 10, 2.0, at(1), 10), (1, 10, 3.0, at(1), 2)], SCHEMA)

    assert [row.rating for row in ratings.transform(keep_latest_rating).collect()] == [2.0]


@pytest.fixture
def as_many_tasks_as_for_large_tables(spark):
    """Spark joins the parts of a small shuffle again, and one part alone would always be in order."""
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    yield
    spark.conf.unset("spark.sql.adaptive.coalescePartitions.enabled")


@pytest.mark.usefixtures("as_many_tasks_as_for_large_tables")
def test_latest_ratings_come_out_sorted_by_user_and_movie(spark):
    keys = [(user_id, movie_id) for user_id in range(40) for movie_id in range(5)]
    rows = [(user_id, movie_id, 3.0, at(1), 0) for user_id, movie_id in reversed(keys)]

    latest = spark.createDataFrame(rows, SCHEMA).repartition(7).transform(keep_latest_rating)

    assert [(row.user_id, row.movie_id) for row in latest.collect()] == keys


def test_the_horizon_is_the_newest_rating(spark):
    ratings = spark.createDataFrame(
        [(1, 10, 4.0, at(1), 1), (2, 10, 4.0, at(3, 17), 2), (3, 10, 4.0, at(2), 3)], SCHEMA
    )

    assert horizon(ratings) == at(3, 17)


@pytest.mark.parametrize(
    ("rated_at", "days"),
    [(at(9, 12), 0), (at(8, 12, 1), 0), (at(8, 12), 1), (at(2, 12, 1), 6), (at(2, 12), 7), (at(1), 8)],
)
def test_a_day_ago_means_24_hours_ago(spark, rated_at, days):
    ratings = spark.createDataFrame([(1, 10, 4.0, rated_at, 1)], SCHEMA)

    assert ratings.select(days_before(at(9, 12))).first()[0] == days
