"""What is there for one user."""

from fastapi import APIRouter, Response

from serving.dependencies import DEFAULT_LIMIT, Limit, Now, Store, UserId
from serving.examples import USER_LISTS
from serving.headers import announce
from serving.recommender import list_for_user
from serving.schemas import MovieList

router = APIRouter(prefix="/api/v1/users", tags=["users"])


@router.get("/{user_id}/recommendations", responses=USER_LISTS)
async def user_recommendations(
    user_id: UserId, store: Store, now: Now, response: Response, limit: Limit = DEFAULT_LIMIT
) -> MovieList:
    """Movies for one user, best first.

    A user without a list gets the popular one, and so does everyone while MongoDB is away: `source` tells.
    """
    return announce(response, await list_for_user(store, user_id, limit, now), now)
