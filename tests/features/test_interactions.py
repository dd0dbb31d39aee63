from datetime import UTC, datetime

from pyspark.testing import assertDataFrameEqual

from features.interactions import rating_interactions
from infra.tables import INTERACTIONS, RATINGS


def test_a_rating_is_an_interaction_of_kind_rating(spark):
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    ratings = spark.createDataFrame([(1, 10, 4.5, moment)], RATINGS.schema)

    expected = spark.createDataFrame([(1, 10, "rating", 4.5, moment)], INTERACTIONS.schema)
    assertDataFrameEqual(rating_interactions(ratings), expected, ignoreNullable=True)
