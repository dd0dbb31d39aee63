"""The reader of generations: follows the pointer, and keeps in memory what must outlast MongoDB."""

import asyncio
import gc
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import pymongo
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.errors import PyMongoError

from infra.stores.generation_documents import decode, read_catalogue, read_models, read_popular_lists
from infra.stores.generation_layout import CHAMPION, GENERATIONS, POINTER, SERVING_STATE, Content, begun_at
from infra.stores.guard import Guard
from infra.stores.ranked_movies import LISTS, ModelVersion, Movie, RankedMovies
from infra.stores.recent_interactions import Interaction, read_recent_interactions

LOOK_MS = 1_000
"""How long a look at the pointer may take; requests do not wait for it."""

LOAD_SECONDS = 30.0
N_WARM_CONNECTIONS = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Generation:
    """A generation but for the lists of its users and movies; the one without an id is what there is before any.

    `models` are those that made it, by role.
    """

    id: str | None = None
    generated_at: datetime | None = None
    movies: Mapping[int, Movie] = field(default_factory=dict)
    popular: Mapping[str, RankedMovies] = field(default_factory=dict)
    models: Mapping[str, ModelVersion] = field(default_factory=dict)


class RecommendationStore:
    """The generation in force, as far as this process knows, and what MongoDB holds of users and movies.

    `generation` and `champions` (model versions by role) are in memory, as of the last look at the pointer. Everything
    that asks for users or movies raises ServerUnreachable after `timeout_ms`, and at once during an outage.
    """

    def __init__(self, address: str, database: str, timeout_ms: int) -> None:
        self._client = AsyncMongoClient[dict[str, Any]](
            address,
            timeoutMS=LOOK_MS,
            serverSelectionTimeoutMS=LOOK_MS,
            connectTimeoutMS=LOOK_MS,
            minPoolSize=N_WARM_CONNECTIONS,
            tz_aware=True,
        )
        self._database = self._client.get_database(database, read_preference=ReadPreference.PRIMARY_PREFERRED)
        self._loading = asyncio.Lock()
        self._was_seen = False
        self.guard = Guard("MongoDB", timeout_ms, PyMongoError)
        self.generation = Generation()
        self.champions: Mapping[str, ModelVersion] = {}

    @property
    def is_reachable(self) -> bool:
        """Tell whether the last look at the pointer succeeded and reads do."""
        return self._was_seen and self.guard.state == "closed"

    async def close(self) -> None:
        """Call off what is being asked, and let go of the connections."""
        await self.guard.close()
        await self._client.close()

    async def follow(self, every_seconds: float) -> None:
        """Refresh again and again until cancelled."""
        while True:
            await asyncio.sleep(every_seconds)
            await self.refresh()

    async def refresh(self) -> None:
        """Load the generation the pointer names, if it is another one; without MongoDB, keep what there is."""
        try:
            async with self._loading:
                await self._catch_up()
        except (PyMongoError, ValueError) as error:  # ValueError: the pointer names what is no generation
            if self._was_seen:
                log.warning("MongoDB cannot be read, lists come from the cache and from memory: %s", error)
            self._was_seen = False
        else:
            self._was_seen = True

    async def lists(self, content: Content, keys: Sequence[int]) -> tuple[Generation, dict[int, RankedMovies | None]]:
        """Return the lists of users or movies, None where none can be read, and the generation they are of."""
        while True:
            generation = self.generation
            if generation.id is None:
                return generation, dict.fromkeys(keys)
            found = await self.guard.ask(partial(self._find, content.of(generation.id), keys))
            is_whole = len(found) == len(keys) or await self.guard.ask(self._pointer) == generation.id
            if not is_whole:
                await self.refresh()  # the whole generation may have been dropped meanwhile
            if is_whole or self.generation is generation:
                return generation, {**dict.fromkeys(keys), **found}

    async def recent_interactions(self, user_ids: Sequence[int]) -> dict[int, tuple[Interaction, ...]]:
        """Return what each of the users did last."""
        return await self.guard.ask(lambda: read_recent_interactions(self._database, user_ids))

    async def _find(self, collection: str, keys: Sequence[int]) -> dict[int, RankedMovies | None]:
        rows = await self._database[collection].find({"_id": {"$in": keys}}).to_list()
        return {row["_id"]: decode(LISTS, row, f"{collection} ({row['_id']})") for row in rows}

    async def _catch_up(self) -> None:
        loaded = self.generation
        while (newest := await self._pointer()) not in (None, loaded.id):
            loaded = await self._load(newest)
            gc.freeze()  # it stays for a day: to look through it for garbage again and again held requests up by 70 ms
        self.generation = loaded  # it was in force when the last of it had been read, so nothing is missing
        champion = await self._database[SERVING_STATE].find_one({"_id": CHAMPION})
        self.champions = read_models(champion)

    async def _pointer(self) -> str | None:
        pointer = await self._database[SERVING_STATE].find_one({"_id": POINTER})
        return str(pointer.get("generation")) if pointer else None

    async def _load(self, generation: str) -> Generation:
        with pymongo.timeout(LOAD_SECONDS):
            movies = await read_catalogue(self._database[Content.CATALOGUE.of(generation)])
            popular = await read_popular_lists(self._database[Content.POPULAR_LISTS.of(generation)])
            models = read_models(await self._database[GENERATIONS].find_one({"_id": generation}))
        log.info("generation %s: %d movies, %d popular lists", generation, len(movies), len(popular))
        return Generation(generation, begun_at(generation), movies, popular, models)
