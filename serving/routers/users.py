"""What is there for one user."""

from fastapi import APIRouter, Response

from serving.examples import USER_LISTS
from serving.headers import announce
from serving.parameters import UserId
from serving.schemas import MovieList
from serving.wishes import WISHES_OF_USER, AskedOfUser

router = APIRouter(prefix="/api/v1/users", tags=["users"])


@router.get(
    "/{user_id}/recommendations", responses=USER_LISTS, openapi_extra={"parameters": WISHES_OF_USER.parameters()}
)
async def user_recommendations(user_id: UserId, asked: AskedOfUser, response: Response) -> MovieList:
    """Movies for one user, best first.

    They come from the user's own list. Where that has no more to show, or cannot be read, they come from the movies
    most like those the user liked last, then from a genre, then from all: `source` and `filled_from` tell.
    """
    return announce(response, await asked.chooser.for_user(user_id, asked.wanted, asked.now), asked.now)
