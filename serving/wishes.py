"""What callers ask of lists: the part of the address behind the question mark, who chooses the movies, and the time.

FastAPI would read every wish by itself and anew for each request, and every dependency costs again: together they took
more time than finding a list and telling it (docs/howto/serving.md). So a list route has one dependency, and each query
is read once and remembered; its documentation is made from the same class.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from serving.filters import Wanted, WantedByUser
from serving.parameters import LARGEST_ID, WholeNumber
from serving.recommender import Recommender

N_REMEMBERED = 256
IDS = TypeAdapter[dict[str, int]](dict[str, Annotated[int, WholeNumber(1, LARGEST_ID)]])

Kind = TypeVar("Kind", bound=Wanted)


class Wishes(Generic[Kind]):
    """Reads the queries of one kind."""

    def __init__(self, kind: type[Kind]) -> None:
        self._queries = TypeAdapter(kind)
        self._remembered = lru_cache(N_REMEMBERED)(self._read)

    def read(self, request: Request) -> Kind:
        """Return what is wanted, or raise RequestValidationError, which tells of the ids in the path too."""
        try:
            wanted = self._remembered(request.scope["query_string"])
        except ValidationError as error:
            raise RequestValidationError([*_problems_of_path(request), *_problems("query", error)]) from error
        if wanted.year_from and wanted.year_to and wanted.year_from > wanted.year_to:
            told = {"error": f"not later than year_to, {wanted.year_to}"}
            place = {"loc": ("query", "year_from"), "input": wanted.year_from}
            raise RequestValidationError([{"type": "value_error", "ctx": told, **place}])
        return wanted

    def parameters(self) -> list[dict[str, Any]]:
        """Return the parameters of a query as OpenAPI describes them."""
        schemas = self._queries.json_schema()["properties"]
        return [_parameter(name, schema) for name, schema in schemas.items()]

    def _read(self, query: bytes) -> Kind:
        return self._queries.validate_python(dict(QueryParams(query)))


WISHES = Wishes(Wanted)
WISHES_OF_USER = Wishes(WantedByUser)


@dataclass(frozen=True, slots=True)
class Asked(Generic[Kind]):
    """What is wanted, when, and who chooses it."""

    wanted: Kind
    now: datetime
    chooser: Recommender


async def get_asked(request: Request) -> Asked[Wanted]:
    """Return what is asked of a list."""
    state = request.app.state
    return Asked(WISHES.read(request), state.clock(), state.stores.recommender)


async def get_asked_of_user(request: Request) -> Asked[WantedByUser]:
    """Return what is asked of a user's list."""
    state = request.app.state
    return Asked(WISHES_OF_USER.read(request), state.clock(), state.stores.recommender)


AskedOfList = Annotated[Asked[Wanted], Depends(get_asked)]
AskedOfUser = Annotated[Asked[WantedByUser], Depends(get_asked_of_user)]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in schema.items() if key != "description" and value is not None}
    return {"name": name, "in": "query", "description": schema["description"], "schema": shown}


def _problems_of_path(request: Request) -> list[dict[str, Any]]:
    try:
        IDS.validate_python(request.path_params)
    except ValidationError as error:
        return _problems("path", error)
    return []


def _problems(place: str, error: ValidationError) -> list[dict[str, Any]]:
    return [{**each, "loc": (place, *each["loc"])} for each in error.errors()]
