"""What only admins may do."""

from fastapi import APIRouter, Depends

from serving.action_examples import REPORTED_REVIEWS
from serving.action_schemas import ReportedReviewPage
from serving.actions import reported_reviews
from serving.callers import OpenPeople, get_admin
from serving.dependencies import DEFAULT_LIMIT, Limit, PageOffset

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], dependencies=[Depends(get_admin)])


@router.get("/reports", responses=REPORTED_REVIEWS)
async def reports(people: OpenPeople, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT) -> ReportedReviewPage:
    """Reviews that were reported, the one with the most reports first."""
    return ReportedReviewPage.model_validate(await reported_reviews(people.reviews, offset, limit))
