"""What the API promises about what people do with movies."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from serving.account_schemas import Body
from serving.parameters import LARGEST_ID
from serving.validation import is_text, is_whole_number, must_be

LONGEST_REVIEW = 5_000
LONGEST_REASON = 500


def _is_rating(given: Any) -> bool:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return is_number and 0.5 <= given <= 5 and given * 2 == int(given * 2)


def _is_written(given: Any, longest: int) -> bool:
    return is_text(given, 1, longest) and bool(given.strip())


class WatchedMovie(Body):
    """The movie that was watched."""

    movie_id: Annotated[
        int,
        must_be(f"a whole number from 1 to {LARGEST_ID}", lambda given: is_whole_number(given, 1, LARGEST_ID)),
        Field(ge=1, le=LARGEST_ID, description="of MovieLens", examples=[541]),
    ]


class Opinion(Body):
    """How good a movie is."""

    rating: Annotated[
        float,
        must_be("a number from 0.5 to 5 by halves", _is_rating),
        Field(ge=0.5, le=5, multiple_of=0.5, description="in stars", examples=[4.5]),
    ]


class ReviewText(Body):
    """What somebody has to say about a movie."""

    text: Annotated[
        str,
        must_be(
            "a text of 1 to 5,000 characters, not all of them spaces", lambda given: _is_written(given, LONGEST_REVIEW)
        ),
        Field(
            min_length=1,
            max_length=LONGEST_REVIEW,
            description="plain text, kept as sent; escape it in HTML",
            examples=["Better than I remembered."],
        ),
    ]


class ReportReason(Body):
    """What is wrong with a review."""

    reason: Annotated[
        str,
        must_be(
            "a text of 1 to 500 characters, not all of them spaces", lambda given: _is_written(given, LONGEST_REASON)
        ),
        Field(
            min_length=1,
            max_length=LONGEST_REASON,
            description="plain text, for admins",
            examples=["It tells the end."],
        ),
    ]


class Watched(BaseModel):
    """A movie the user watched."""

    movie_id: int = Field(description="of MovieLens")
    watched_at: datetime = Field(description="in UTC")


class Rated(BaseModel):
    """A movie the user rated."""

    movie_id: int = Field(description="of MovieLens")
    rating: float = Field(description="in stars, from 0.5 to 5 by halves")
    rated_at: datetime = Field(description="in UTC")


class Bookmarked(BaseModel):
    """A movie the user wants to come back to."""

    movie_id: int = Field(description="of MovieLens")
    bookmarked_at: datetime = Field(description="in UTC")


class Hidden(BaseModel):
    """A movie the user does not want to be shown."""

    movie_id: int = Field(description="of MovieLens")
    hidden_at: datetime = Field(description="in UTC")


class Review(BaseModel):
    """A review. Its text is what somebody typed: escape it wherever HTML shows it."""

    review_id: str = Field(description="for reports of it")
    movie_id: int = Field(description="of MovieLens")
    text: str = Field(description="plain text, as sent")
    reviewed_at: datetime = Field(description="in UTC")


class SignedReview(Review):
    """A review as others see it."""

    author: str = Field(description="the name of the profile")


class Reported(BaseModel):
    """A report of a review."""

    review_id: str = Field(description="of the review")
    reason: str = Field(description="plain text, as sent")
    reported_at: datetime = Field(description="in UTC")


class ReportedReview(Review):
    """A review somebody objects to."""

    reasons: list[str] = Field(description="one per report, whose text is what somebody typed, too")


class Page(BaseModel):
    """A part of a longer list, newest first."""

    n_all: int = Field(description="how many there are without `offset` and `limit`")


class WatchedPage(Page):
    """Movies the user watched."""

    movies: list[Watched] = Field(description="newest first")


class RatedPage(Page):
    """Movies the user rated."""

    movies: list[Rated] = Field(description="newest first")


class BookmarkedPage(Page):
    """Movies the user bookmarked."""

    movies: list[Bookmarked] = Field(description="newest first")


class HiddenPage(Page):
    """Movies the user hid."""

    movies: list[Hidden] = Field(description="newest first")


class ReviewPage(Page):
    """Reviews the user wrote."""

    reviews: list[Review] = Field(description="newest first")


class SignedReviewPage(Page):
    """Reviews of a movie."""

    reviews: list[SignedReview] = Field(description="newest first")


class ReportedReviewPage(Page):
    """Reviews that were reported, the one with the most reports first."""

    reviews: list[ReportedReview] = Field(description="the one with the most reports first")


class Training(BaseModel):
    """A training of all models."""

    link: str = Field(description="where to see it in Airflow")
    is_new: bool = Field(description="false for one that was under way already")
