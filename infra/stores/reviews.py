"""Reviews as others see them, and those that were reported."""

from collections.abc import Mapping

from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import NoSuchReview
from infra.stores.mongodb import Document, doing
from infra.stores.user_layout import PLACES, PROFILES, REPORTS, REVIEWS, Kind


class ReviewStore:
    """The reviews of one database. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._reviews = database[REVIEWS]
        self._reports = database[REPORTS]
        self._profiles = database[PROFILES]

    async def find(self, review_id: str) -> Document:
        """Return a review; raises NoSuchReview."""
        with doing():
            review = await self._reviews.find_one({"review_id": review_id})
        if review is None:
            raise no_review(review_id)
        return review

    async def of_movie(self, movie_id: int, offset: int, limit: int) -> tuple[int, list[Document]]:
        """Return how many reviews a movie has, and some of them with `author`, newest first."""
        newest_first = {PLACES[Kind.REVIEW].time: -1, "_id": 1}
        with doing():
            found = await self._reviews.find(
                {"movie_id": movie_id}, sort=newest_first, skip=offset, limit=limit
            ).to_list()
            n_reviews = await self._reviews.count_documents({"movie_id": movie_id})
            names = await self._author_names(found)
        return n_reviews, [{**review, "author": names.get(review["user_id"], "")} for review in found]

    async def reported(self, offset: int, limit: int) -> tuple[int, list[Document]]:
        """Return how many reviews were reported, and some of them with `reasons`, most reported first."""
        by_review = {"_id": "$review_id", "reasons": {"$push": "$reason"}, "n_reports": {"$sum": 1}}
        with doing():
            grouped = await self._reports.aggregate([{"$group": by_review}, {"$sort": {"n_reports": -1, "_id": 1}}])
            reports = {each["_id"]: each["reasons"] async for each in grouped}
            wanted = list(reports)[offset : offset + limit]
            found = {each["review_id"]: each async for each in self._reviews.find({"review_id": {"$in": wanted}})}
        return len(reports), [{**found[each], "reasons": reports[each]} for each in wanted if each in found]

    async def _author_names(self, reviews: list[Document]) -> Mapping[int, str]:
        authors = {"_id": {"$in": [review["user_id"] for review in reviews]}}
        return {each["_id"]: each["name"] async for each in self._profiles.find(authors, {"name": True})}


def no_review(review_id: str | None) -> NoSuchReview:
    """Return the error that tells that a review is not there."""
    return NoSuchReview(f"no review '{review_id}': it never was, or its author removed it")
