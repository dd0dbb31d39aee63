"""Raw snapshots of a few rows, as they are landed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from pyspark.sql import SparkSession

from infra.stores.lake import Lake
from infra.tables import QUARANTINE, RAW, RAW_ACTIONS, RAW_LINKS, RAW_MOVIES, RAW_RATINGS, RAW_TAGS

YESTERDAY, DAY, TOMORROW = date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 2)
MOVIE_ROWS = [
    (1, "Matrix, The (1999)", "Action|Sci-Fi"),
    (2, "Heat (1995)", "Action"),
    (3, "Unseen", "(no genres listed)"),
]
RATING_ROWS = [(20, 1, 4.0, 5), (10, 1, 2.0, 1), (10, 2, 3.0, 2), (10, 1, 5.0, 9)]


def at(day_of_month: int) -> datetime:
    """Return midnight of a day of January 2024."""
    return datetime(2024, 1, day_of_month, tzinfo=UTC)


def land(lake: Lake, spark: SparkSession, day: date, ratings: Sequence[tuple], actions: Sequence[tuple] = ()) -> None:
    """Commit a raw snapshot of (user_id, movie_id, [kind,] rating, day of January 2024)."""
    rows = {
        RAW_RATINGS: [(*rating, at(day_of_month)) for *rating, day_of_month in ratings],
        RAW_ACTIONS: [(*action, at(day_of_month)) for *action, day_of_month in actions],
        RAW_MOVIES: MOVIE_ROWS,
        RAW_LINKS: [(1, "0133093", 603)],
        RAW_TAGS: [(10, 1, "Bullet time", datetime(2024, 1, 1, tzinfo=UTC))],
        QUARANTINE: [],
    }
    attempt = lake.begin(RAW, day)
    for table, values in rows.items():
        landed = [(*row, "tiny", line) for line, row in enumerate(values, start=2)]
        attempt.write(table, spark.createDataFrame(landed, table.schema))
    attempt.commit({})
