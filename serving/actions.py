"""What people do with movies. Plain Python: no HTTP, no MongoDB."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from infra.errors import ServerUnreachable
from infra.logs import request_id
from infra.stores.interactions import Action, InteractionStore
from infra.stores.recommendations import RecommendationStore
from infra.stores.reviews import ReviewStore
from infra.stores.user_layout import Kind
from serving.catalogue import find_movie
from serving.lookup import Lookup

Document = dict[str, Any]


@dataclass(frozen=True)
class Diary:
    """What one user does, at one time.

    Everything here raises ServerUnreachable when MongoDB does not answer, and KeyReused for a key that came before
    with another wish.
    """

    interactions: InteractionStore
    reviews: ReviewStore
    recommendations: RecommendationStore
    lookup: Lookup
    user_id: int
    now: datetime

    async def keep(self, kind: Kind, movie_id: int, key: str | None, **content: Any) -> Document:
        """Keep something about a movie, instead of what was kept before; raises NotInCatalogue."""
        require_movie(self.recommendations, movie_id)
        return await self._do(Action(self.user_id, kind, movie_id, self.now, content, key=key)) or {}

    async def remove(self, kind: Kind, movie_id: int, key: str | None) -> None:
        """Undo it, if it was done; raises NotInCatalogue if it was not, and there is no such movie."""
        removed = await self._do(Action(self.user_id, kind, movie_id, self.now, None, key=key))
        if removed is None:
            require_movie(self.recommendations, movie_id)

    async def report(self, review_id: str, reason: str, key: str | None) -> Document:
        """Object to a review; raises NoSuchReview."""
        movie_id = (await self.reviews.find(review_id))["movie_id"]
        content = {"reason": reason}
        return await self._do(Action(self.user_id, Kind.REPORT, movie_id, self.now, content, review_id, key)) or {}

    async def page(self, kind: Kind, of: str, offset: int, limit: int) -> Document:
        """Return a page of what the user did, newest first, in the field `of`."""
        n_all, found = await self.interactions.page(kind, self.user_id, offset, limit)
        return {"n_all": n_all, of: found}

    async def _do(self, action: Action) -> Document | None:
        document = await self.interactions.do(replace(action, request_id=request_id.get()))
        await self.lookup.note_interaction(self.user_id)
        return document


async def reviews_of(
    reviews: ReviewStore, recommendations: RecommendationStore, movie_id: int, offset: int, limit: int
) -> Document:
    """Return a page of a movie's reviews; raises NotInCatalogue."""
    require_movie(recommendations, movie_id)
    n_all, found = await reviews.of_movie(movie_id, offset, limit)
    return {"n_all": n_all, "reviews": found}


async def reported_reviews(reviews: ReviewStore, offset: int, limit: int) -> Document:
    """Return a page of the reviews that were reported."""
    n_all, found = await reviews.reported(offset, limit)
    return {"n_all": n_all, "reviews": found}


def require_movie(recommendations: RecommendationStore, movie_id: int) -> None:
    """Raise NotInCatalogue for a movie that does not exist, ServerUnreachable while that cannot be known."""
    if recommendations.generation.id is None and not recommendations.is_reachable:
        raise ServerUnreachable("MongoDB has not answered yet, so no movie is known: try again in a few seconds")
    find_movie(recommendations.generation, movie_id)
