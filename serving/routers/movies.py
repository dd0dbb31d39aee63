"""The catalogue, and lists that start from a movie or a genre."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from serving.dependencies import DEFAULT_LIMIT, Limit, MovieId, Now, Store
from serving.examples import MOVIE, MOVIE_LISTS, POPULAR_LISTS
from serving.headers import announce
from serving.recommender import list_for_movie, movie_details, popular_list
from serving.schemas import MovieDetails, MovieList

router = APIRouter(prefix="/api/v1/movies", tags=["movies"])

Genre = Annotated[str | None, Query(description="as the catalogue spells it, such as Comedy or Sci-Fi")]


@router.get("/popular", responses=POPULAR_LISTS)
async def popular_movies(
    store: Store, now: Now, response: Response, genre: Genre = None, limit: Limit = DEFAULT_LIMIT
) -> MovieList:
    """The movies rated best, of all or of one genre; one five-star vote does not lead a list."""
    return announce(response, popular_list(store.generation, genre, limit, now), now)


@router.get("/{movie_id}", responses=MOVIE)
async def movie(movie_id: MovieId, store: Store) -> MovieDetails:
    """What the catalogue says of a movie, whether MongoDB answers or not."""
    return movie_details(store.generation, movie_id)


@router.get("/{movie_id}/recommendations", responses=MOVIE_LISTS)
async def movie_recommendations(
    movie_id: MovieId, store: Store, now: Now, response: Response, limit: Limit = DEFAULT_LIMIT
) -> MovieList:
    """Movies like this one, best first.

    A movie without a list gets the best of its first genre that has any, and every movie the popular list while
    MongoDB is away: `source` tells.
    """
    return announce(response, await list_for_movie(store, movie_id, limit, now), now)
