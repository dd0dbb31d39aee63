"""One lookup of what is stored about a user or a movie: the cache first, then the record."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple, TypeVar

from infra.errors import ServerUnreachable
from infra.stores.generation_layout import MAKERS, Content
from infra.stores.list_cache import CachedInteractions, CachedList, ListCache
from infra.stores.ranked_movies import ModelVersion, RankedMovies
from infra.stores.recent_interactions import Interaction
from infra.stores.recommendations import Generation, RecommendationStore
from serving.metrics import CACHE_LOOKUPS
from serving.single_flight import SingleFlight

Answer = TypeVar("Answer")


class Found(NamedTuple):
    """What is known of a user or movie: its list, and what a user did last.

    `is_known` is false where no server could say whether there is a list; then `ranked` is None too.
    """

    content: Content
    generation: Generation
    ranked: RankedMovies | None = None
    interactions: tuple[Interaction, ...] = ()
    is_known: bool = True

    @property
    def generated_at(self) -> datetime | None:
        """When the list was made, or the generation where there is none."""
        return (self.ranked and self.ranked.generated_at) or self.generation.generated_at

    @property
    def model(self) -> ModelVersion | None:
        """The model that made the list, or the lists of the generation where there is none; None if not known."""
        return (self.ranked and self.ranked.model) or self.generation.models.get(MAKERS.get(self.content, ""))


class Lookup:
    """Reads through the cache. An outage of either server is no error: less is found."""

    def __init__(self, store: RecommendationStore, cache: ListCache) -> None:
        self.store = store
        self._cache = cache
        self._flights = SingleFlight()

    async def close(self) -> None:
        """Call off what is being read."""
        await self._flights.close()

    async def user(self, user_id: int, now: datetime) -> Found:
        """Return a user's list and what the user did last."""
        return await self._flights.share((Content.USER_LISTS, user_id), lambda: self._user(user_id, now))

    async def note_interaction(self, user_id: int) -> None:
        """Have what the user did read again; without Redis it is read again a few seconds later anyway."""
        with suppress(ServerUnreachable):
            await self._cache.note_interaction(user_id)

    async def movie(self, movie_id: int) -> Found:
        """Return a movie's list."""
        return await self._flights.share((Content.MOVIE_LISTS, movie_id), lambda: self._movie(movie_id))

    async def _user(self, user_id: int, now: datetime) -> Found:
        generation = self.store.generation
        reading = self._cache.read_user(str(generation.id), user_id, now)
        cached, known, are_fresh = await _if_reachable(reading) or (None, None, False)
        _count("interactions", known if are_fresh else None)
        found, interactions = await asyncio.gather(
            self._list(generation, Content.USER_LISTS, user_id, cached),
            self._interactions(user_id, known, are_fresh, now),
        )
        return found._replace(interactions=interactions)

    async def _movie(self, movie_id: int) -> Found:
        generation = self.store.generation
        reading = self._cache.read_list(str(generation.id), Content.MOVIE_LISTS, movie_id)
        return await self._list(generation, Content.MOVIE_LISTS, movie_id, await _if_reachable(reading))

    async def _list(self, generation: Generation, content: Content, key: int, cached: CachedList | None) -> Found:
        _count(content, cached)
        if cached:
            return Found(content, generation, cached.ranked)
        read = self.store.user_list if content is Content.USER_LISTS else self.store.movie_list
        try:
            generation, ranked = await read(key)
        except ServerUnreachable:
            return Found(content, generation, is_known=False)
        if generation.id:
            await _if_reachable(self._cache.keep_list(generation.id, content, key, ranked))
        return Found(content, generation, ranked)

    async def _interactions(
        self, user_id: int, known: CachedInteractions | None, are_fresh: bool, now: datetime
    ) -> tuple[Interaction, ...]:
        """Return what the user did last; while MongoDB is away, what was known of it before."""
        if known and are_fresh:
            return known.interactions
        interactions = await _if_reachable(self.store.recent_interactions(user_id))
        if interactions is None:
            return known.interactions if known else ()
        await _if_reachable(self._cache.keep_interactions(user_id, interactions, now))
        return interactions


async def _if_reachable(question: Awaitable[Answer]) -> Answer | None:
    with suppress(ServerUnreachable):
        return await question
    return None


def _count(kind: str, cached: object) -> None:
    CACHE_LOOKUPS.labels(kind, "hit" if cached else "miss").inc()
