from datetime import datetime

from features.tags import alike_tags
from infra.tables import RAW_TAGS


def alike(spark, *tags):
    """Return what is made of (user_id, tag, day of January 2024) of one movie."""
    rows = [(user_id, 1, tag, datetime(2024, 1, day), "tags.csv", day) for user_id, tag, day in tags]
    made = alike_tags(spark.createDataFrame(rows, RAW_TAGS.schema)).collect()
    return sorted((row.user_id, row.tag, row.tagged_at.day) for row in made)


def test_tags_are_alike_whatever_their_case_and_spaces(spark):
    assert alike(spark, (1, " Pixar", 1), (2, "pixar ", 2)) == [(1, "pixar", 1), (2, "pixar", 2)]


def test_a_tag_given_again_counts_from_the_first_time(spark):
    assert alike(spark, (1, "fun", 3), (1, "Fun", 2)) == [(1, "fun", 2)]


def test_a_tag_of_spaces_is_none(spark):
    assert alike(spark, (1, "  ", 1)) == []
