"""One lookup of what is stored about a user or a movie: the cache first, then the record."""

from collections.abc import Awaitable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import NamedTuple, TypeVar

from infra.errors import ServerUnreachable
from infra.stores.generation_layout import MAKERS, Content
from infra.stores.list_cache import CachedList, CachedUser, ListCache
from infra.stores.ranked_movies import ModelVersion, RankedMovies
from infra.stores.recent_interactions import Interaction
from infra.stores.recommendations import Generation, RecommendationStore
from serving.batches import Batches
from serving.metrics import cache_lookups_of

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
    """Reads through the cache, for all who ask at the same moment at once.

    An outage of either server is no error: less is found.
    """

    def __init__(self, store: RecommendationStore, cache: ListCache) -> None:
        self.store = store
        self._cache = cache
        self._cached_users = Batches(self._read_cached_users)
        self._cached_movies = Batches(self._read_cached_movies)
        self._user_lists = Batches(partial(self._read_lists, Content.USER_LISTS))
        self._movie_lists = Batches(partial(self._read_lists, Content.MOVIE_LISTS))
        self._interactions = Batches(self._read_interactions)

    @property
    def stretch(self) -> float:
        """How many times as long as on a quiet machine reading may take now."""
        return max(self.store.guard.stretch, self._cache.guard.stretch)

    async def close(self) -> None:
        """Call off what is being read."""
        for batches in (self._cached_users, self._cached_movies, self._user_lists, self._movie_lists):
            await batches.close()
        await self._interactions.close()

    async def user(self, user_id: int, now: datetime) -> Found:
        """Return a user's list and what the user did last; while MongoDB is away, what was known of it before."""
        generation, cached = await self._cached_users.ask(user_id, now)
        reading = None if cached.are_fresh else self._interactions.ask(user_id, now)
        if cached.ranked:
            found = Found(Content.USER_LISTS, generation, cached.ranked.ranked)
        else:
            found = await self._user_lists.ask(user_id, None)
        done = await reading if reading else None
        known = cached.interactions.interactions if cached.interactions else ()
        return found._replace(interactions=known if done is None else done)

    async def note_interaction(self, user_id: int) -> None:
        """Have what the user did read again; without Redis it is read again a few seconds later anyway."""
        with suppress(ServerUnreachable):
            await self._cache.note_interaction(user_id)

    async def movie(self, movie_id: int) -> Found:
        """Return a movie's list."""
        generation, cached = await self._cached_movies.ask(movie_id, None)
        if cached is None:
            return await self._movie_lists.ask(movie_id, None)
        return Found(Content.MOVIE_LISTS, generation, cached.ranked)

    async def _read_cached_users(self, asked: Mapping[int, datetime]) -> dict[int, tuple[Generation, CachedUser]]:
        generation = self.store.generation
        reading = self._cache.read_users(str(generation.id), list(asked), min(asked.values()))
        cached = await _if_reachable(reading) or dict.fromkeys(asked, CachedUser())
        _count(Content.USER_LISTS, (each.ranked is not None for each in cached.values()))
        _count("interactions", (each.are_fresh for each in cached.values()))
        return {user_id: (generation, each) for user_id, each in cached.items()}

    async def _read_cached_movies(self, asked: Mapping[int, None]) -> dict[int, tuple[Generation, CachedList | None]]:
        generation = self.store.generation
        reading = self._cache.read_lists(str(generation.id), Content.MOVIE_LISTS, list(asked))
        cached = await _if_reachable(reading) or dict.fromkeys(asked)
        _count(Content.MOVIE_LISTS, (each is not None for each in cached.values()))
        return {movie_id: (generation, each) for movie_id, each in cached.items()}

    async def _read_lists(self, content: Content, asked: Mapping[int, None]) -> dict[int, Found]:
        try:
            generation, lists = await self.store.lists(content, list(asked))
        except ServerUnreachable:
            return dict.fromkeys(asked, Found(content, self.store.generation, is_known=False))
        if generation.id:
            await _if_reachable(self._cache.keep_lists(generation.id, content, lists))
        return {key: Found(content, generation, ranked) for key, ranked in lists.items()}

    async def _read_interactions(self, asked: Mapping[int, datetime]) -> Mapping[int, tuple[Interaction, ...] | None]:
        done = await _if_reachable(self.store.recent_interactions(list(asked)))
        if done is None:
            return dict.fromkeys(asked)
        await _if_reachable(self._cache.keep_interactions(done, min(asked.values())))
        return done


async def _if_reachable(question: Awaitable[Answer]) -> Answer | None:
    with suppress(ServerUnreachable):
        return await question
    return None


def _count(kind: str, were_found: Iterable[bool]) -> None:
    for was_found in were_found:
        cache_lookups_of(kind, "hit" if was_found else "miss").inc()
