"""Documents of a generation, read so that one that makes no sense costs only itself."""

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pymongo.asynchronous.collection import AsyncCollection

from infra.stores.ranked_movies import LISTS, ModelVersion, Movie, RankedMovies

MOVIES_AT_A_TIME = 1_000  # decoding more in one go would hold up the requests of the same process
CATALOGUE = TypeAdapter(Movie)
MODELS = TypeAdapter(ModelVersion)

Documents = AsyncCollection[dict[str, Any]]
Kind = TypeVar("Kind")

log = logging.getLogger(__name__)


def decode(kind: TypeAdapter[Kind], document: Any, place: str) -> Kind | None:
    """Return what a document says, or None, and a line in the log, when it cannot be read; `place` says where it is."""
    try:
        return kind.validate_python(document)
    except ValidationError as error:
        log.warning("a document of %s cannot be read and is left out: %s", place, error)
        return None


async def read_catalogue(collection: Documents) -> dict[int, Movie]:
    """Return the movies by their ids."""
    rows = collection.find(batch_size=MOVIES_AT_A_TIME)
    movies = [decode(CATALOGUE, {**row, "movie_id": row["_id"]}, collection.name) async for row in rows]
    return {movie.movie_id: movie for movie in movies if movie}


async def read_popular_lists(collection: Documents) -> dict[str, RankedMovies]:
    """Return the popular lists by genre, and `all`."""
    lists = {row["_id"]: decode(LISTS, row, collection.name) async for row in collection.find()}
    return {scope: ranked for scope, ranked in lists.items() if ranked}


def read_models(document: Mapping[str, Any] | None) -> dict[str, ModelVersion]:
    """Return the model versions that a document names in its field `models`, by role; null stands for none."""
    named = (document or {}).get("models")
    live = {role: model for role, model in named.items() if model} if isinstance(named, Mapping) else {}
    models = {role: decode(MODELS, model, role) for role, model in live.items()}
    return {role: model for role, model in models.items() if model}
