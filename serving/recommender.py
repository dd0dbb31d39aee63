"""Which movies someone gets. Plain Python: no HTTP, no MongoDB, no Redis."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import uuid4

from infra.logs import request_id
from infra.patience import N_LAST_LOOKS_AROUND, Patience
from infra.stores.generation_layout import Content
from infra.stores.ranked_movies import Movie
from infra.stores.recommendation_requests import RecommendationRequests, Request
from infra.stores.recommendations import RecommendationStore
from serving import rungs
from serving.catalogue import find_movie
from serving.filters import Wanted, WantedByUser, check_genre
from serving.ladder import Rung, climb_down
from serving.lookup import Found, Lookup
from serving.metrics import LATE_RUNGS
from serving.movie_lists import tell
from serving.schemas import MovieList, Source
from serving.staleness import StaleReason, why_outdated, why_stale


@dataclass(frozen=True)
class Recommender:
    """Climbs down the ladder for users and movies.

    The budgets say how long the rungs may take, on a quiet machine, that ask a server.
    """

    store: RecommendationStore
    lookup: Lookup
    requests: RecommendationRequests
    own_list_seconds: float
    similar_seconds: float

    async def for_user(self, user_id: int, wanted: WantedByUser, now: datetime) -> MovieList:
        """Return the user's own list, then what is like the movies liked last, of their genre, or popular.

        What the user rated, watched or hid is left out. A new list is asked for where this one is stale.
        """
        found = await self._in_time(Content.USER_LISTS, self.lookup.user(user_id, now))
        generation, interactions = found.generation, found.interactions
        check_genre(generation, wanted.genre)
        hidden = wanted.left_out(interactions)

        def is_wanted(movie: Movie) -> bool:
            return movie.movie_id not in hidden and wanted.keeps(movie)

        genre = wanted.genre or rungs.favourite_genre(generation, rungs.last_liked(interactions))
        ladder: list[Rung] = [
            rungs.at_once(rungs.listed(generation, found.ranked, Source.PERSONAL)),
            partial(rungs.similar, self.lookup, generation, interactions, self.similar_seconds),
            *rungs.from_memory(generation, genre),
        ]
        chosen = await climb_down(ladder, is_wanted, wanted.end)
        return tell(chosen, wanted, found, self._judge_and_ask(user_id, found, now), genre)

    async def for_movie(self, movie_id: int, wanted: Wanted, now: datetime) -> MovieList:
        """Return the movie's neighbours, then the best of its first genre that has a list, then popular movies.

        Raises NotInCatalogue for a movie that the generation in force does not know.
        """
        found = await self._in_time(Content.MOVIE_LISTS, self.lookup.movie(movie_id))
        generation = found.generation
        check_genre(generation, wanted.genre)
        genres = find_movie(generation, movie_id).genres if generation.id else []
        genre = wanted.genre or next((genre for genre in genres if genre in generation.popular), None)
        ladder: list[Rung] = [
            rungs.at_once(rungs.listed(generation, found.ranked, Source.SIMILAR)),
            *rungs.from_memory(generation, genre),
        ]
        chosen = await climb_down(ladder, lambda movie: movie.movie_id != movie_id and wanted.keeps(movie), wanted.end)
        return tell(chosen, wanted, found, why_stale(found, self.store.champions, now), genre)

    async def popular(self, wanted: Wanted, now: datetime) -> MovieList:
        """Return the movies rated best, of one genre or of all; raises NotInCatalogue for a genre that has no list."""
        generation = self.store.generation
        check_genre(generation, wanted.genre)
        chosen = await climb_down(rungs.from_memory(generation, wanted.genre), wanted.keeps, wanted.end)
        found = Found(Content.POPULAR_LISTS, generation)
        return tell(chosen, wanted, found, why_stale(found, self.store.champions, now), wanted.genre)

    async def _in_time(self, content: Content, looking: Awaitable[Found]) -> Found:
        try:
            async with Patience(self.own_list_seconds * self.lookup.stretch, N_LAST_LOOKS_AROUND):
                return await looking
        except TimeoutError:
            LATE_RUNGS.labels(content).inc()
            return Found(content, self.store.generation, is_known=False)

    def _judge_and_ask(self, user_id: int, found: Found, now: datetime) -> StaleReason | None:
        """Return why a user's list is stale, and ask for a new one; a user without one must have done something."""
        stale = why_stale(found, self.store.champions, now)
        outdated = why_outdated(found)
        why = (stale or outdated) if found.ranked else outdated
        if why:
            self.requests.ask(Request(uuid4().hex, user_id, why, request_id.get()), now)
        return why or stale
