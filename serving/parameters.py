"""What may stand in an address, and how it is told when it may not."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

LARGEST_ID = 2**63 - 1
LONGEST_LIST = 100
DEFAULT_LIMIT = 10
LARGEST_OFFSET = 1_000
LARGEST_PAGE_OFFSET = 1_000_000
FIRST_YEAR, LAST_YEAR = 1870, 2100


@dataclass(frozen=True)
class WholeNumber:
    """Marks a number that is written in plain digits; pydantic alone would let `1.0`, ` 1` and `1_000` pass."""

    lowest: int
    highest: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}

    def read(self, given: str | int) -> int:
        """Return the number; raises ValueError, in words that follow "must be"."""
        text = str(given)  # a default is a number already
        is_plain = text.isascii() and text.isdecimal() and len(text) <= len(str(self.highest))
        if not (is_plain and self.lowest <= int(text) <= self.highest):
            raise ValueError(f"a whole number from {self.lowest} to {self.highest}")
        return int(text)


def true_or_false(given: str | bool) -> bool:
    """Return what is meant; pydantic alone would let `on`, `y` and `1` pass."""
    if str(given).lower() not in ("true", "false"):
        raise ValueError("true or false")
    return str(given).lower() == "true"


UserId = Annotated[
    int,
    WholeNumber(1, LARGEST_ID),
    Path(description="of MovieLens or of a profile; one that nobody has gets popular movies", examples=[7]),
]
MovieId = Annotated[int, WholeNumber(1, LARGEST_ID), Path(description="of MovieLens", examples=[541])]
AskedMovieId = Annotated[int, WholeNumber(1, LARGEST_ID), Query(alias="movie_id", description="which movie")]
Limit = Annotated[int, WholeNumber(1, LONGEST_LIST), Query(description="how many movies at most")]
Offset = Annotated[
    int,
    WholeNumber(0, LARGEST_OFFSET),
    Query(description="how many movies to pass over: `offset=10` is the second page of ten"),
]
PageOffset = Annotated[int, WholeNumber(0, LARGEST_PAGE_OFFSET), Query(description="how many to pass over")]
Genre = Annotated[
    str | None,
    WithJsonSchema({"type": "string"}),
    Query(description="only this one, as the catalogue spells it, such as Comedy or Sci-Fi"),
]
YearFrom = Annotated[
    int | None,
    WholeNumber(FIRST_YEAR, LAST_YEAR),
    Query(description="not older; movies whose year is not known are left out"),
]
YearTo = Annotated[
    int | None,
    WholeNumber(FIRST_YEAR, LAST_YEAR),
    Query(description="not newer; movies whose year is not known are left out"),
]
ExcludeWatched = Annotated[
    bool,
    BeforeValidator(true_or_false),
    Query(description="`false` keeps what the user has watched or rated; what they hid stays out"),
]
