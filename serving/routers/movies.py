"""The catalogue, and lists that start from a movie or a genre."""

from fastapi import APIRouter, Request, Response

from serving.catalogue import movie_details
from serving.dependencies import Store
from serving.examples import MOVIE, MOVIE_LISTS, POPULAR_LISTS
from serving.headers import answer
from serving.parameters import MovieId
from serving.schemas import MovieDetails, MovieList
from serving.wishes import WISHES, WISHES_OF_MOVIE

router = APIRouter(prefix="/api/v1/movies", tags=["movies"])


@router.get(
    "/popular",
    response_model=MovieList,
    responses=POPULAR_LISTS,
    openapi_extra={"parameters": WISHES.parameters()},
)
async def popular_movies(request: Request) -> Response:
    """The movies rated best, of all or of one genre; one five-star vote does not lead a list."""
    asked = WISHES.asked(request)
    return answer(await asked.chooser.popular(asked.wanted, asked.now), asked.now)


@router.get("/{movie_id}", responses=MOVIE)
async def movie(movie_id: MovieId, store: Store) -> MovieDetails:
    """What the catalogue says of a movie, whether MongoDB answers or not."""
    return movie_details(store.generation, movie_id)


@router.get(
    "/{movie_id}/recommendations",
    response_model=MovieList,
    responses=MOVIE_LISTS,
    openapi_extra={"parameters": WISHES_OF_MOVIE.parameters()},
)
async def movie_recommendations(request: Request) -> Response:
    """Movies like this one, best first.

    Where its own list has no more to show, or cannot be read, they come from its first genre, then from all: `source`
    and `filled_from` tell.
    """
    asked = WISHES_OF_MOVIE.asked(request)
    return answer(await asked.chooser.for_movie(asked.ids["movie_id"], asked.wanted, asked.now), asked.now)
