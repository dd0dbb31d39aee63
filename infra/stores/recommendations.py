"""The reader of generations: follows the pointer, and keeps in memory what must outlast MongoDB."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pymongo
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.errors import PyMongoError

from infra.errors import ServerUnreachable
from infra.stores.generation_layout import MOVIE_FIELDS, POINTER, SERVING_STATE, Content, begun_at

LOAD_SECONDS = 30.0
MOVIES_AT_A_TIME = 1_000  # decoding more in one go would hold up the requests of the same process

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Movie:
    """What the catalogue says of a movie; None where it does not know."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    imdb_id: str | None
    tmdb_id: int | None


@dataclass(frozen=True, slots=True)
class RankedMovies:
    """A list, best first; `sources` counts where its movies came from, in the order of the list."""

    movie_ids: list[int]
    scores: list[float]
    sources: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Generation:
    """A generation but for the lists of its users and movies; the one without an id is what there is before any."""

    id: str | None = None
    generated_at: datetime | None = None
    movies: Mapping[int, Movie] = field(default_factory=dict)
    popular: Mapping[str, RankedMovies] = field(default_factory=dict)


class RecommendationStore:
    """The generation in force, as far as this process knows.

    `generation` is in memory, so there is always one to answer from. `is_reachable` turns false with the first failed
    read and true with the next `refresh` that succeeds: in an outage no request waits for MongoDB.
    """

    def __init__(self, address: str, database: str, timeout_ms: int) -> None:
        self._client = AsyncMongoClient[dict[str, Any]](
            address, timeoutMS=timeout_ms, serverSelectionTimeoutMS=timeout_ms, connectTimeoutMS=timeout_ms
        )
        self._database = self._client.get_database(database, read_preference=ReadPreference.PRIMARY_PREFERRED)
        self._loading = asyncio.Lock()
        self._failed = asyncio.Event()
        self.generation = Generation()
        self.is_reachable = False

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def follow(self, every_seconds: float) -> None:
        """Refresh again and again, and at once after a failed read, until cancelled."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._failed.wait(), every_seconds)
            self._failed.clear()
            await self.refresh()

    async def refresh(self) -> None:
        """Load the generation the pointer names, if it is another one; without MongoDB, keep what there is."""
        try:
            await self._catch_up()
        except PyMongoError as error:
            self._note_outage(error)
        else:
            self.is_reachable = True

    async def user_list(self, user_id: int) -> tuple[Generation, RankedMovies | None]:
        """Return the user's list, None if there is none, and the generation it is of; or raise ServerUnreachable."""
        return await self._list(Content.USER_LISTS, user_id)

    async def movie_list(self, movie_id: int) -> tuple[Generation, RankedMovies | None]:
        """Return the movie's list, None if there is none, and the generation it is of; or raise ServerUnreachable."""
        return await self._list(Content.MOVIE_LISTS, movie_id)

    async def _list(self, content: Content, key: int) -> tuple[Generation, RankedMovies | None]:
        while self.is_reachable:
            generation = self.generation
            if generation.id is None:
                return generation, None
            try:
                found = await self._database[content.of(generation.id)].find_one({"_id": key})
                if found:
                    return generation, RankedMovies(found["movie_ids"], found["scores"], found["sources"])
                await self._catch_up()  # there is no such list, or the whole generation has been dropped meanwhile
            except PyMongoError as error:
                self._note_outage(error)
            else:
                if self.generation is generation:
                    return generation, None
        raise ServerUnreachable("MongoDB did not answer a moment ago")

    async def _catch_up(self) -> None:
        if await self._pointer() == self.generation.id:
            return
        async with self._loading:
            loaded = self.generation
            while (newest := await self._pointer()) not in (None, loaded.id):
                loaded = await self._load(newest)
            self.generation = loaded  # it was in force when the last of it had been read, so nothing is missing

    async def _pointer(self) -> str | None:
        pointer = await self._database[SERVING_STATE].find_one({"_id": POINTER})
        return pointer["generation"] if pointer else None

    async def _load(self, generation: str) -> Generation:
        with pymongo.timeout(LOAD_SECONDS):
            rows = self._database[Content.CATALOGUE.of(generation)].find(batch_size=MOVIES_AT_A_TIME)
            movies = {row["_id"]: Movie(row["_id"], *(row[name] for name in MOVIE_FIELDS)) async for row in rows}
            lists = self._database[Content.POPULAR_LISTS.of(generation)].find()
            popular = {row["_id"]: RankedMovies(row["movie_ids"], row["scores"]) async for row in lists}
        log.info("generation %s: %d movies, %d popular lists", generation, len(movies), len(popular))
        return Generation(generation, begun_at(generation), movies, popular)

    def _note_outage(self, error: PyMongoError) -> None:
        if self.is_reachable:
            log.warning("MongoDB does not answer, lists come from memory: %s", error)
            self._failed.set()  # one slow read is no outage: find out now, not at the next refresh
        self.is_reachable = False
