"""What is there for one user."""

from fastapi import APIRouter, Request, Response

from serving.examples import USER_LISTS
from serving.headers import answer
from serving.schemas import MovieList
from serving.wishes import WISHES_OF_USER

router = APIRouter(prefix="/api/v1/users", tags=["users"])


@router.get(
    "/{user_id}/recommendations",
    response_model=MovieList,
    responses=USER_LISTS,
    openapi_extra={"parameters": WISHES_OF_USER.parameters()},
)
async def user_recommendations(request: Request) -> Response:
    """Movies for one user, best first.

    They come from the user's own list. Where that has no more to show, or cannot be read, they come from the movies
    most like those the user liked last, then from a genre, then from all: `source` and `filled_from` tell.
    """
    asked = WISHES_OF_USER.asked(request)
    return answer(await asked.chooser.for_user(asked.ids["user_id"], asked.wanted, asked.now), asked.now)
