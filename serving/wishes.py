"""What callers ask of lists: the ids in the address, the part behind the question mark, who chooses, and the time.

FastAPI would read every wish by itself and anew for each request, and every parameter and dependency costs again:
together they took more time than finding a list and telling it (docs/howto/serving.md). So list routes read what is
asked themselves, each query once, and remember it; their documentation is made from the same types.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, make_dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import QueryParams

from serving.filters import Wanted, WantedByUser
from serving.parameters import LARGEST_ID, MovieId, UserId, WholeNumber
from serving.recommender import Recommender

N_REMEMBERED = 256
IDS = TypeAdapter[dict[str, int]](dict[str, Annotated[int, WholeNumber(1, LARGEST_ID)]])

Kind = TypeVar("Kind", bound=Wanted)


@dataclass(frozen=True, slots=True)
class Asked(Generic[Kind]):
    """What is wanted, of whom (the ids in the path, by name), when, and who chooses it."""

    wanted: Kind
    ids: Mapping[str, int]
    now: datetime
    chooser: Recommender


class Wishes(Generic[Kind]):
    """Reads the queries of one kind, and the ids in the path; `ids` are the types of these."""

    def __init__(self, kind: type[Kind], **ids: Any) -> None:
        self._ids = ids
        self._queries = TypeAdapter(kind)
        self._remembered = lru_cache(N_REMEMBERED)(self._read)

    def asked(self, request: Request) -> Asked[Kind]:
        """Return what is asked, or raise RequestValidationError, which tells of everything that is wrong."""
        path, query, state = request.path_params, request.scope["query_string"], request.app.state
        try:
            wanted, ids = self._remembered(query), IDS.validate_python(path)
        except ValidationError as error:
            problems = [*_problems("path", IDS.validate_python, path), *_problems("query", self._read, query)]
            raise RequestValidationError(problems) from error
        _check_years(wanted)
        return Asked(wanted, ids, state.clock(), state.stores.recommender)

    def parameters(self) -> list[dict[str, Any]]:
        """Return the parameters of the address as OpenAPI describes them."""
        ids = TypeAdapter(make_dataclass("Ids", self._ids.items())).json_schema()["properties"]
        wishes = self._queries.json_schema()["properties"]
        return [
            *({**_parameter(name, schema, "path"), "required": True} for name, schema in ids.items()),
            *(_parameter(name, schema, "query") for name, schema in wishes.items()),
        ]

    def _read(self, query: bytes) -> Kind:
        return self._queries.validate_python(dict(QueryParams(query)))


WISHES = Wishes(Wanted)
WISHES_OF_MOVIE = Wishes(Wanted, movie_id=MovieId)
WISHES_OF_USER = Wishes(WantedByUser, user_id=UserId)


def _check_years(wanted: Wanted) -> None:
    if wanted.year_from and wanted.year_to and wanted.year_from > wanted.year_to:
        told = {"error": f"not later than year_to, {wanted.year_to}"}
        place = {"loc": ("query", "year_from"), "input": wanted.year_from}
        raise RequestValidationError([{"type": "value_error", "ctx": told, **place}])


def _parameter(name: str, schema: dict[str, Any], place: str) -> dict[str, Any]:
    shown = {key: value for key, value in schema.items() if key != "description" and value is not None}
    return {"name": name, "in": place, "description": schema["description"], "schema": shown}


def _problems(place: str, read: Callable[[Any], Any], given: Any) -> list[dict[str, Any]]:
    try:
        read(given)
    except ValidationError as error:
        return [{**each, "loc": (place, *each["loc"])} for each in error.errors()]
    return []
