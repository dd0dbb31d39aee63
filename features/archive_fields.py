"""Fields of a MovieLens archive: what each means, and why a row may be refused for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

EARLIEST = date(1995, 1, 1)
"""MovieLens' first ratings are of January 1995; an earlier one is a broken clock."""
LOWEST_RATING, HIGHEST_RATING = 0.5, 5.0

NO_USER = "no user id"
NO_MOVIE = "no movie id"
BROKEN_ID = "id not a positive integer"
BROKEN_RATING = "rating not a number"
RATING_OUTSIDE = "rating outside 0.5 to 5"
RATING_OFF_GRID = "rating off the half-star grid"
BROKEN_TIME = "time not a number"
TOO_EARLY = "before 1995"
TOO_LATE = "in the future"
NO_TITLE = "no title"
NO_TAG = "no tag"

Refusal = tuple[str, Column]
"""A reason in a few stable words, and when it holds."""


def _never(text: Column, value: Column) -> Sequence[Refusal]:
    return ()


@dataclass(frozen=True)
class Field:
    """A field by its name in the archive and in the lake.

    `value` makes of its text something that casts to the lake's type, null where it cannot; `refusals` says of text and
    value why the row cannot be used, the first that holds counts.
    """

    published: str
    name: str
    value: Callable[[Column], Column]
    refusals: Callable[[Column, Column], Sequence[Refusal]] = _never


def _as_is(text: Column) -> Column:
    return text


def _integer(text: Column) -> Column:
    return text.try_cast("bigint")


def _null_if_empty(text: Column) -> Column:
    return F.nullif(text, F.lit(""))


def _is_empty(text: Column) -> Column:
    return F.trim(text) == ""


def _is_no_id(value: Column) -> Column:
    return value.isNull() | (value <= 0)


def _required_id(published: str, name: str, missing: str) -> Field:
    return Field(
        published, name, _integer, lambda text, value: ((missing, _is_empty(text)), (BROKEN_ID, _is_no_id(value)))
    )


def _required_text(published: str, name: str, missing: str) -> Field:
    return Field(published, name, _as_is, lambda text, value: ((missing, _is_empty(text)),))


def _rating_refusals(text: Column, value: Column) -> Sequence[Refusal]:
    return (
        (BROKEN_RATING, value.isNull()),
        (RATING_OUTSIDE, ~value.between(LOWEST_RATING, HIGHEST_RATING)),
        (RATING_OFF_GRID, value * 2 != F.floor(value * 2)),
    )


USER_ID = _required_id("userId", "user_id", NO_USER)
MOVIE_ID = _required_id("movieId", "movie_id", NO_MOVIE)
RATING = Field("rating", "rating", lambda text: text.try_cast("double"), _rating_refusals)
TITLE = _required_text("title", "title", NO_TITLE)
GENRES = Field("genres", "genres", _as_is)
TAG = _required_text("tag", "tag", NO_TAG)
IMDB_ID = Field("imdbId", "imdb_id", _null_if_empty)
TMDB_ID = Field(
    "tmdbId", "tmdb_id", _integer, lambda text, value: ((BROKEN_ID, ~_is_empty(text) & _is_no_id(value)),)
)


def seconds_field(name: str, snapshot_date: date) -> Field:
    """Return the field `timestamp`, seconds since 1970 (UTC), which must lie between 1995 and the snapshot's last."""
    first, end = _midnight(EARLIEST), _midnight(snapshot_date + timedelta(days=1))
    return Field(
        "timestamp",
        name,
        _integer,
        lambda text, value: ((BROKEN_TIME, value.isNull()), (TOO_EARLY, value < first), (TOO_LATE, value >= end)),
    )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
