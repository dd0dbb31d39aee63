"""Movies and lists of them, wherever they are kept."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, FiniteFloat, TypeAdapter


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version of a registered model."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Movie:
    """What the catalogue says of a movie; None where it does not know."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    imdb_id: str | None
    tmdb_id: int | None


def unpack(code: str, numbers: Any) -> Any:
    """Return packed numbers of an `array` code as a list, and anything else as it is."""
    return array(code, numbers).tolist() if isinstance(numbers, bytes) else numbers


MovieIds = Annotated[list[int], BeforeValidator(partial(unpack, "i"))]
Scores = Annotated[list[FiniteFloat], BeforeValidator(partial(unpack, "f"))]


@dataclass(frozen=True, slots=True)
class RankedMovies:
    """A list, best first; `sources` counts where its movies came from, in the order of the list.

    `generated_at`, `source` and `model` are set where the list was made after its generation: `source` is then that of
    all of its movies, and `model` what made it.
    """

    movie_ids: MovieIds
    scores: Scores
    sources: Mapping[str, int] = field(default_factory=dict)
    generated_at: AwareDatetime | None = None
    source: str | None = None
    model: ModelVersion | None = None

    def __post_init__(self) -> None:
        if len(self.movie_ids) != len(self.scores):
            raise ValueError(f"{len(self.movie_ids)} movies with {len(self.scores)} scores")


LISTS = TypeAdapter(RankedMovies)
"""Makes lists of documents; raises ValueError for what is none."""
