"""What route functions may ask for."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator

from infra.stores.recommendations import RecommendationStore
from serving.filters import Wanted
from serving.recommender import Recommender
from serving.stores import Stores

LARGEST_ID = 2**63 - 1
LONGEST_LIST = 100
DEFAULT_LIMIT = 10
LARGEST_OFFSET = 1_000
LARGEST_PAGE_OFFSET = 1_000_000
FIRST_YEAR, LAST_YEAR = 1870, 2100


async def get_stores(request: Request) -> Stores:
    """Return what was opened at start-up."""
    stores: Stores = request.app.state.stores
    return stores


async def get_store(request: Request) -> RecommendationStore:
    """Return the reader of generations."""
    return (await get_stores(request)).recommendations


async def get_recommender(request: Request) -> Recommender:
    """Return what chooses movies."""
    return (await get_stores(request)).recommender


async def get_now() -> datetime:
    """Return the time of the request, in UTC."""
    return datetime.now(UTC)


def whole_number(lowest: int, highest: int) -> BeforeValidator:
    """Return a validator that takes plain digits only; pydantic alone would let `1.0`, ` 1` and `1_000` pass."""

    def validate(given: str | int) -> int:
        text = str(given)  # a default is a number already
        is_plain = text.isascii() and text.isdecimal() and len(text) <= len(str(highest))
        if not (is_plain and lowest <= int(text) <= highest):
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return int(text)

    return BeforeValidator(validate)


def true_or_false(given: str | bool) -> bool:
    """Return what is meant; pydantic alone would let `on`, `y` and `1` pass."""
    if str(given).lower() not in ("true", "false"):
        raise ValueError("true or false")
    return str(given).lower() == "true"


OpenStores = Annotated[Stores, Depends(get_stores)]
Store = Annotated[RecommendationStore, Depends(get_store)]
Chooser = Annotated[Recommender, Depends(get_recommender)]
Now = Annotated[datetime, Depends(get_now)]
UserId = Annotated[int, whole_number(1, LARGEST_ID), Path(ge=1, le=LARGEST_ID)]
MovieId = Annotated[int, whole_number(1, LARGEST_ID), Path(ge=1, le=LARGEST_ID)]
AskedMovieId = Annotated[
    int,
    whole_number(1, LARGEST_ID),
    Query(alias="movie_id", ge=1, le=LARGEST_ID, description="which movie"),
]
Limit = Annotated[
    int,
    whole_number(1, LONGEST_LIST),
    Query(ge=1, le=LONGEST_LIST, description="how many movies at most"),
]
Offset = Annotated[
    int,
    whole_number(0, LARGEST_OFFSET),
    Query(ge=0, le=LARGEST_OFFSET, description="how many movies to pass over: `offset=10` is the second page of ten"),
]
PageOffset = Annotated[
    int,
    whole_number(0, LARGEST_PAGE_OFFSET),
    Query(ge=0, le=LARGEST_PAGE_OFFSET, description="how many to pass over"),
]
Genre = Annotated[str | None, Query(description="only this one, as the catalogue spells it, such as Comedy or Sci-Fi")]
YearFrom = Annotated[
    int | None,
    whole_number(FIRST_YEAR, LAST_YEAR),
    Query(ge=FIRST_YEAR, le=LAST_YEAR, description="not older; movies whose year is not known are left out"),
]
YearTo = Annotated[
    int | None,
    whole_number(FIRST_YEAR, LAST_YEAR),
    Query(ge=FIRST_YEAR, le=LAST_YEAR, description="not newer; movies whose year is not known are left out"),
]
ExcludeWatched = Annotated[
    bool,
    BeforeValidator(true_or_false),
    Query(description="`false` keeps what the user has watched or rated; what they hid stays out"),
]


async def get_wanted(
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
    genre: Genre = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
) -> Wanted:
    """Return which movies are wanted."""
    if year_from and year_to and year_from > year_to:
        message = f"not later than year_to, {year_to}"
        problem = {"type": "value_error", "loc": ("query", "year_from"), "ctx": {"error": message}, "input": year_from}
        raise RequestValidationError([problem])
    return Wanted(limit, offset, genre, year_from, year_to)


WantedMovies = Annotated[Wanted, Depends(get_wanted)]
