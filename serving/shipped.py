"""The lowest rung: a few well-known movies in a file of the image, for a service that has not read anything yet.

`python -m pipelines ship_popular` writes the file from the generation in force; see docs/howto/serving.md.
"""

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from infra.stores.ranked_movies import Movie

FILE = Path(__file__).with_name("shipped.json")
MOVIES = TypeAdapter(tuple[Movie, ...])


@cache
def shipped_movies() -> tuple[Movie, ...]:
    """Return the movies, best first; some of every genre."""
    return MOVIES.validate_json(FILE.read_bytes())
