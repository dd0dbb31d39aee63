"""The years a generated dataset covers, as seconds since 1970 (UTC)."""

from datetime import UTC, datetime

FIRST_YEAR = 1996
LAST_YEAR = 2025
OPENING = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
CLOSING = int(datetime(LAST_YEAR, 12, 31, tzinfo=UTC).timestamp())
DAY = 86_400
YEAR = 365.25 * DAY
