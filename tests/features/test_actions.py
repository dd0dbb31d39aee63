from datetime import UTC, datetime

import pytest

from features.actions import interactions, leave_out, with_ratings_of
from infra.tables import INTERACTIONS, RATINGS, RAW_ACTIONS, RAW_RATINGS

ADA, EVE = 1_000_000_000, 1_000_000_001


def at(day):
    return datetime(2026, 11, day, tzinfo=UTC)


@pytest.fixture
def actions(spark):
    """Return raw actions of (user_id, movie_id, kind, rating, day)."""

    def make(*rows):
        landed = [(*row, at(day), "mongodb", line) for line, (*row, day) in enumerate(rows, start=2)]
        return spark.createDataFrame(landed, RAW_ACTIONS.schema)

    return make


def test_ratings_among_actions_are_raw_ratings_beside_those_of_the_archive(spark, actions):
    of_the_archive = (7, 1, 3.0, at(1), "ml-test", 2)
    raw_ratings = spark.createDataFrame([of_the_archive], RAW_RATINGS.schema)
    done = actions((ADA, 1, "rating", 4.5, 2), (ADA, 2, "watch", None, 3), (ADA, 3, "hide", None, 4))

    both = raw_ratings.transform(with_ratings_of(done))

    assert both.columns == list(RAW_RATINGS.columns)
    assert [(row.user_id, row.movie_id, row.rating) for row in both.collect()] == [(7, 1, 3.0), (ADA, 1, 4.5)]


def test_what_was_rated_watched_and_bookmarked_are_interactions_and_what_was_hidden_is_none(spark, actions):
    ratings = spark.createDataFrame([(7, 1, 3.0, at(1)), (ADA, 1, 4.5, at(2))], RATINGS.schema)
    done = actions(
        (ADA, 1, "rating", 4.5, 2),
        (ADA, 2, "hide", None, 3),
        (ADA, 2, "watch", None, 4),
        (ADA, 1, "bookmark", None, 5),
        (ADA, 1, "watch", None, 6),
    )

    every = interactions(ratings, done)

    assert every.columns == list(INTERACTIONS.columns)
    assert [(*row[:4], row.happened_at.day) for row in every.collect()] == [
        (7, 1, "rating", 3.0, 1),
        (ADA, 1, "rating", 4.5, 2),
        (ADA, 1, "bookmark", None, 5),
        (ADA, 1, "watch", None, 6),
        (ADA, 2, "watch", None, 4),
    ]


def test_users_are_left_out_with_all_they_did(spark, actions):
    done = actions((ADA, 1, "rating", 4.5, 2), (EVE, 1, "watch", None, 3), (ADA, 2, "watch", None, 3))

    left = done.transform(leave_out(spark.createDataFrame([(ADA,)], "user_id bigint")))

    assert [row.user_id for row in left.collect()] == [EVE]
