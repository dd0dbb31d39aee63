"""What only admins may do."""

import asyncio

from fastapi import APIRouter, Depends

from serving.action_examples import REPORTED_REVIEWS, RETRAIN
from serving.action_schemas import ReportedReviewPage, Training
from serving.actions import reported_reviews
from serving.callers import OpenPeople, get_admin
from serving.parameters import DEFAULT_LIMIT, Limit, PageOffset

WHY = "an admin asked for it"

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], dependencies=[Depends(get_admin)])


@router.get("/reports", responses=REPORTED_REVIEWS)
async def reports(people: OpenPeople, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT) -> ReportedReviewPage:
    """Reviews that were reported, the one with the most reports first."""
    return ReportedReviewPage.model_validate(await reported_reviews(people.reviews, offset, limit))


@router.post("/retrain", status_code=202, responses=RETRAIN)
async def retrain(people: OpenPeople) -> Training:
    """Train all models anew on the newest features, in Airflow; while a training is under way, none is started."""
    run = await asyncio.to_thread(people.training_runs.start, WHY)
    return Training(link=run.link, is_new=run.is_new)
