"""What is there for one user."""

from fastapi import APIRouter, Response

from serving.dependencies import Chooser, ExcludeWatched, Now, UserId, WantedMovies
from serving.examples import USER_LISTS
from serving.headers import announce
from serving.schemas import MovieList

router = APIRouter(prefix="/api/v1/users", tags=["users"])


@router.get("/{user_id}/recommendations", responses=USER_LISTS)
async def user_recommendations(
    user_id: UserId,
    wanted: WantedMovies,
    chooser: Chooser,
    now: Now,
    response: Response,
    exclude_watched: ExcludeWatched = True,
) -> MovieList:
    """Movies for one user, best first.

    They come from the user's own list. Where that has no more to show, or cannot be read, they come from the movies
    most like those the user liked last, then from a genre, then from all: `source` and `filled_from` tell.
    """
    return announce(response, await chooser.for_user(user_id, wanted, exclude_watched, now), now)
