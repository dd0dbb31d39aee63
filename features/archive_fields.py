"""Fields of a MovieLens archive, and of what users did: what each means, and why a row may be refused for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

EARLIEST = date(1995, 1, 1)
"""MovieLens' first ratings are of January 1995; an earlier one is a broken clock."""
LOWEST_RATING, HIGHEST_RATING = 0.5, 5.0

NO_USER = "no user id"
NO_MOVIE = "no movie id"
BROKEN_ID = "id not a positive integer"
NO_RATING = "no rating"
BROKEN_RATING = "rating not a number"
RATING_OUTSIDE = "rating outside 0.5 to 5"
RATING_OFF_GRID = "rating off the half-star grid"
NO_TIME = "no time"
BROKEN_TIME = "time not a number"
TOO_EARLY = "before 1995"
TOO_LATE = "in the future"
NO_TITLE = "no title"
NO_TAG = "no tag"
NO_KIND = "no kind"

Refusal = tuple[str, Column]
"""A reason, in a few stable words, and when it holds."""


@dataclass(frozen=True)
class Field:
    """A field by its name in the archive and in the lake.

    `value` makes of its text what casts to the lake's type, null where it cannot. A row is refused as `missing` (unless
    that is None) when there is no text, as `broken` when there is one but no value, and for every one of `faults` that
    holds of the value.
    """

    published: str
    name: str
    value: Callable[[Column], Column]
    missing: str | None = None
    broken: str | None = None
    faults: Callable[[Column], list[Refusal]] = lambda _: []

    def refusals(self, text: Column, value: Column) -> list[Refusal]:
        """Return why a row may be refused for this field, most basic reason first."""
        is_empty = F.trim(text) == ""
        missing = [(self.missing, value.isNull() & is_empty)] if self.missing else []
        broken = [(self.broken, value.isNull() & ~is_empty)] if self.broken else []
        return [*missing, *broken, *self.faults(value)]


def _integer(text: Column) -> Column:
    return text.try_cast("bigint")


def _filled(text: Column) -> Column:
    return F.when(F.trim(text) != "", text)


def _not_positive(value: Column) -> list[Refusal]:
    return [(BROKEN_ID, value <= 0)]


def _rating_faults(value: Column) -> list[Refusal]:
    return [
        (RATING_OUTSIDE, ~value.between(LOWEST_RATING, HIGHEST_RATING)),
        (RATING_OFF_GRID, value * 2 != F.floor(value * 2)),
    ]


USER_ID = Field("userId", "user_id", _integer, NO_USER, BROKEN_ID, _not_positive)
MOVIE_ID = Field("movieId", "movie_id", _integer, NO_MOVIE, BROKEN_ID, _not_positive)
RATING = Field("rating", "rating", lambda text: text.try_cast("double"), NO_RATING, BROKEN_RATING, _rating_faults)
RATING_IF_ANY = replace(RATING, missing=None)
KIND = Field("kind", "kind", _filled, missing=NO_KIND)
TITLE = Field("title", "title", _filled, missing=NO_TITLE)
GENRES = Field("genres", "genres", lambda text: text)
TAG = Field("tag", "tag", _filled, missing=NO_TAG)
IMDB_ID = Field("imdbId", "imdb_id", _filled)
TMDB_ID = Field("tmdbId", "tmdb_id", _integer, broken=BROKEN_ID, faults=_not_positive)


def _milliseconds(text: Column) -> Column:
    return text.try_cast("decimal(13, 3)")


def seconds_field(name: str, snapshot_date: date) -> Field:
    """Return the field `timestamp`, seconds since 1970 (UTC), from 1995 on and before the snapshot's date has ended."""
    return _moment_field(name, snapshot_date, _integer)


def milliseconds_field(name: str, snapshot_date: date) -> Field:
    """Return the same with three decimal places, which keep apart what a user does within a second."""
    return _moment_field(name, snapshot_date, _milliseconds)


def _moment_field(name: str, snapshot_date: date, value: Callable[[Column], Column]) -> Field:
    first, end = _midnight(EARLIEST), _midnight(snapshot_date + timedelta(days=1))
    return Field(
        "timestamp",
        name,
        value,
        NO_TIME,
        BROKEN_TIME,
        lambda value: [(TOO_EARLY, value < first), (TOO_LATE, value >= end)],
    )


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
