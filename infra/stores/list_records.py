"""What is on record about one user's list and one movie: what a person has to know to ask why."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import NoGeneration, NotInCatalogue
from infra.stores.generation_documents import CATALOGUE, decode
from infra.stores.generation_layout import GENERATIONS, POINTER, SERVING_STATE, Content, begun_at
from infra.stores.generation_records import GenerationRecord, as_record
from infra.stores.histories import Done, read_histories
from infra.stores.mongodb import Document, doing
from infra.stores.ranked_movies import LISTS, ModelVersion, Movie, RankedMovies


@dataclass(frozen=True, slots=True)
class Place:
    """Where a movie stands in a list, from 1, with its score and who put it there."""

    rank: int
    score: float
    source: str


class Verdict(StrEnum):
    """What became of a movie: it is in the list, by the model or to fill up, or the first reason why it is not."""

    LISTED = "listed"
    FILLS_UP = "fills_up"
    NO_LIST = "no_list"
    HIDDEN = "hidden"
    RATED = "rated"
    WATCHED = "watched"
    BEYOND_THE_LIST = "beyond_the_list"
    NOT_A_CANDIDATE = "not_a_candidate"


@dataclass(frozen=True, slots=True)
class ListRecord:
    """One user's list, None if there is none, one movie of the catalogue, and all that the user ever did."""

    user_id: int
    movie: Movie
    generation: GenerationRecord
    ranked: RankedMovies | None
    done: tuple[Done, ...]

    @property
    def is_renewed(self) -> bool:
        """Tell whether the list was made after its generation, near-line."""
        return self.ranked is not None and self.ranked.generated_at is not None

    @property
    def generated_at(self) -> datetime:
        """When the list was made, or the generation where there is none."""
        return (self.ranked and self.ranked.generated_at) or begun_at(self.generation.id)

    @property
    def done_since(self) -> list[Done]:
        """What the user did with the movie since the list was made, which the API goes by and the list does not."""
        its_own = (each for each in self.done if each.movie_id == self.movie.movie_id)
        return [each for each in its_own if each.happened_at > self.generated_at]

    @property
    def model(self) -> ModelVersion | None:
        """The champion that the list was made under, or the lists of the generation where there is none."""
        return (self.ranked and self.ranked.model) or self.generation.model

    @property
    def place(self) -> Place | None:
        """Where the movie stands in the list, None where it does not."""
        if self.ranked is None or self.movie.movie_id not in self.ranked.movie_ids:
            return None
        before = self.ranked.movie_ids.index(self.movie.movie_id)
        sources = [source for source, n_movies in self.ranked.sources.items() for _ in range(n_movies)]
        return Place(before + 1, self.ranked.scores[before], sources[before])


async def read_list_record(database: AsyncDatabase[Document], user_id: int, movie_id: int) -> ListRecord:
    """Return what MongoDB says now of a user's list in the generation in force.

    Raises NoGeneration before the first publication, NotInCatalogue for a movie that the generation does not know, and
    ServerUnreachable.
    """
    with doing():
        pointer = await database[SERVING_STATE].find_one({"_id": POINTER})
        if pointer is None:
            raise NoGeneration("no generation is published, so nobody has a list: run `make publish`")
        generation = str(pointer["generation"])
        catalogue, lists = (content.of(generation) for content in (Content.CATALOGUE, Content.USER_LISTS))
        about, movie, ranked, done = await asyncio.gather(
            database[GENERATIONS].find_one({"_id": generation}),
            database[catalogue].find_one({"_id": movie_id}),
            database[lists].find_one({"_id": user_id}),
            read_histories(database, [user_id]),
        )
    known = decode(CATALOGUE, {**movie, "movie_id": movie_id}, catalogue) if movie else None
    if known is None:
        raise NotInCatalogue(f"no movie {movie_id} in the catalogue of generation {generation}")
    its_list = decode(LISTS, ranked, lists) if ranked else None
    return ListRecord(user_id, known, as_record(generation, about or {}), its_list, tuple(done))
