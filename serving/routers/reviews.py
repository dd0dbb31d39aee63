"""Reviews: one's own and others'."""

from typing import Annotated

from fastapi import APIRouter, Path

from infra.stores.user_layout import Kind
from serving import action_examples as examples
from serving.action_schemas import (
    Reported,
    ReportReason,
    Review,
    ReviewPage,
    ReviewText,
    SignedReviewPage,
)
from serving.actions import reviews_of
from serving.callers import Key, OpenPeople, UserDiary
from serving.dependencies import Store
from serving.parameters import DEFAULT_LIMIT, Limit, MovieId, PageOffset

router = APIRouter(prefix="/api/v1", tags=["reviews"])

ReviewId = Annotated[str, Path(max_length=100, description="as reviews tell it")]


@router.put("/reviews/{movie_id}", responses=examples.WRITE_REVIEW)
async def write_review(movie_id: MovieId, given: ReviewText, diary: UserDiary, key: Key = None) -> Review:
    """Review a movie, or write the review anew."""
    return Review.model_validate(await diary.keep(Kind.REVIEW, movie_id, key, text=given.text))


@router.delete("/reviews/{movie_id}", status_code=204, responses=examples.REMOVAL)
async def remove_review(movie_id: MovieId, diary: UserDiary, key: Key = None) -> None:
    """Take a review back; reports of it go with it."""
    await diary.remove(Kind.REVIEW, movie_id, key)


@router.get("/reviews", responses=examples.OWN_REVIEWS)
async def own_reviews(diary: UserDiary, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT) -> ReviewPage:
    """Reviews the profile wrote, newest first."""
    return ReviewPage.model_validate(await diary.page(Kind.REVIEW, "reviews", offset, limit))


@router.get("/movies/{movie_id}/reviews", responses=examples.MOVIE_REVIEWS)
async def movie_reviews(
    movie_id: MovieId, people: OpenPeople, store: Store, offset: PageOffset = 0, limit: Limit = DEFAULT_LIMIT
) -> SignedReviewPage:
    """What people say about a movie, newest first; needs no account."""
    return SignedReviewPage.model_validate(await reviews_of(people.reviews, store, movie_id, offset, limit))


@router.put("/reports/{review_id}", responses=examples.REPORT)
async def report(review_id: ReviewId, given: ReportReason, diary: UserDiary, key: Key = None) -> Reported:
    """Object to a review, once per profile."""
    return Reported.model_validate(await diary.report(review_id, given.reason, key))
