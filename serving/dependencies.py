"""What route functions may ask for."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from pydantic import BeforeValidator

from infra.stores.recommendations import RecommendationStore

LARGEST_ID = 2**63 - 1
LONGEST_LIST = 100
DEFAULT_LIMIT = 10


async def get_store(request: Request) -> RecommendationStore:
    """Return the store opened at start-up."""
    store: RecommendationStore = request.app.state.store
    return store


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


Store = Annotated[RecommendationStore, Depends(get_store)]
Now = Annotated[datetime, Depends(get_now)]
UserId = Annotated[int, whole_number(1, LARGEST_ID), Path(ge=1, le=LARGEST_ID)]
MovieId = Annotated[int, whole_number(1, LARGEST_ID), Path(ge=1, le=LARGEST_ID)]
Limit = Annotated[
    int,
    whole_number(1, LONGEST_LIST),
    Query(ge=1, le=LONGEST_LIST, description="how many movies at most"),
]
