"""Why a movie is in a list."""

from fastapi import APIRouter

from serving.callers import AskedUserId, OpenPeople
from serving.parameters import AskedMovieId
from serving.why_examples import WHY
from serving.why_schemas import Why

router = APIRouter(prefix="/api/v1", tags=["users"])


@router.get("/why", responses=WHY)
async def why(user_id: AskedUserId, movie_id: AskedMovieId, people: OpenPeople) -> Why:
    """Why a movie is in a user's list, or why it is not.

    What is stored is told by the API itself; what the model says of the movie by a near-line worker, if one answers in
    time. Anyone may ask about users of the dataset, about a profile only its account and admins.
    """
    return await people.explainer.why(user_id, movie_id)
