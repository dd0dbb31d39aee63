"""Every kind of answer about what people do, as the API's documentation shows it."""

from datetime import UTC, datetime

from pydantic import BaseModel

from serving.account_examples import MONGODB_AWAY, NO_MONGODB, NOT_SIGNED_IN
from serving.action_schemas import (
    Bookmarked,
    BookmarkedPage,
    Hidden,
    HiddenPage,
    Rated,
    RatedPage,
    Reported,
    ReportedReview,
    ReportedReviewPage,
    Review,
    ReviewPage,
    SignedReview,
    SignedReviewPage,
    Training,
    Watched,
    WatchedPage,
)
from serving.documented import Responses, answers, errors
from serving.examples import IMPOSSIBLE_MOVIE, UNKNOWN_MOVIE

EVENING = datetime(2026, 11, 20, 21, 15, tzinfo=UTC)
REVIEW_ID = "691f8a2e5d3c4b1a09f7e6d5"
TEXT = "Better than I remembered. 3 > 2, whatever people say."

DEMONSTRATION = "user 7 is a demonstration profile of MovieLens, which can only be read"
SOMEONE_ELSES = "profile 1000000001 is not one of this account's: it has 1000000000"
NOT_BY_HALVES = "rating in the body must be a number from 0.5 to 5 by halves"
NO_MOVIE_ID = "movie_id in the body is missing"
NO_TEXT = "text in the body must be a text of 1 to 5,000 characters, not all of them spaces"
NO_REASON = "reason in the body must be a text of 1 to 500 characters, not all of them spaces"
TRAINING = "http://127.0.0.1:8080/dags/train_models/runs/retrain_after__2026-11-20T00%3A00%3A00Z"
NO_AIRFLOW = (
    "Airflow at http://127.0.0.1:8080 does not start a training (URLError(ConnectionRefusedError(111, 'Connection "
    "refused'))): run `make up`, look at `make status`, or set MARQUEE_AIRFLOW__URL"
)
IMPOSSIBLE_LIMIT = "limit in the query must be a whole number from 1 to 100, not '101'"
NO_REVIEW = f"no review '{REVIEW_ID}': it never was, or its author removed it"
NO_ADMIN = "this needs the admin role: an operator gives it with `python -m serving.make_admin <name>`"

WATCHED = Watched(movie_id=318, watched_at=EVENING)
RATED = Rated(movie_id=318, rating=4.5, rated_at=EVENING)
BOOKMARKED = Bookmarked(movie_id=318, bookmarked_at=EVENING)
HIDDEN = Hidden(movie_id=318, hidden_at=EVENING)
REVIEW = Review(review_id=REVIEW_ID, movie_id=318, text=TEXT, reviewed_at=EVENING)
SIGNED_REVIEW = SignedReview(**REVIEW.model_dump(), author="Ada")
REPORTED = Reported(review_id=REVIEW_ID, reason="it gives the end away", reported_at=EVENING)
REPORTED_REVIEW = ReportedReview(**REVIEW.model_dump(), reasons=[REPORTED.reason])

OF_A_PROFILE: Responses = {
    401: NOT_SIGNED_IN,
    403: errors("not_allowed", "Not a profile of this account", SOMEONE_ELSES, DEMONSTRATION),
    503: MONGODB_AWAY,
}


def _kept(example: BaseModel, *impossible: str) -> Responses:
    return {
        200: answers({"kept": example}),
        404: errors("not_found", "No such movie", UNKNOWN_MOVIE),
        422: _refused(*impossible),
        **OF_A_PROFILE,
    }


def _refused(*impossible: str) -> dict[str, object]:
    return errors("invalid_request", "An impossible value, or a key used twice (`key_reused`)", *impossible)


def _own(example: BaseModel) -> Responses:
    return {
        200: answers({"a page": example}),
        422: errors("invalid_request", "An impossible value", IMPOSSIBLE_LIMIT),
        **OF_A_PROFILE,
    }


WATCH = _kept(WATCHED, NO_MOVIE_ID)
RATE = _kept(RATED, NOT_BY_HALVES, IMPOSSIBLE_MOVIE)
BOOKMARK = _kept(BOOKMARKED, IMPOSSIBLE_MOVIE)
HIDE = _kept(HIDDEN, IMPOSSIBLE_MOVIE)
WRITE_REVIEW = _kept(REVIEW, NO_TEXT, IMPOSSIBLE_MOVIE)
REMOVAL: Responses = {
    404: errors("not_found", "No such movie", UNKNOWN_MOVIE),
    422: _refused(IMPOSSIBLE_MOVIE),
    **OF_A_PROFILE,
}
REPORT: Responses = {
    200: answers({"noted": REPORTED}),
    404: errors("not_found", "No such review", NO_REVIEW),
    422: _refused(NO_REASON),
    **OF_A_PROFILE,
}
OWN_WATCHED = _own(WatchedPage(n_all=1, movies=[WATCHED]))
OWN_RATED = _own(RatedPage(n_all=1, movies=[RATED]))
OWN_BOOKMARKED = _own(BookmarkedPage(n_all=1, movies=[BOOKMARKED]))
OWN_HIDDEN = _own(HiddenPage(n_all=1, movies=[HIDDEN]))
OWN_REVIEWS = _own(ReviewPage(n_all=1, reviews=[REVIEW]))
MOVIE_REVIEWS: Responses = {
    200: answers({"a page": SignedReviewPage(n_all=1, reviews=[SIGNED_REVIEW])}),
    404: errors("not_found", "No such movie", UNKNOWN_MOVIE),
    422: errors("invalid_request", "An impossible value", IMPOSSIBLE_MOVIE, IMPOSSIBLE_LIMIT),
    503: MONGODB_AWAY,
}
REPORTED_REVIEWS: Responses = {
    200: answers({"a page": ReportedReviewPage(n_all=1, reviews=[REPORTED_REVIEW])}),
    401: NOT_SIGNED_IN,
    403: errors("not_allowed", "No admin", NO_ADMIN),
    422: errors("invalid_request", "An impossible value", IMPOSSIBLE_LIMIT),
    503: MONGODB_AWAY,
}
RETRAIN: Responses = {
    202: answers(
        {
            "started": Training(link=TRAINING, is_new=True),
            "one is under way": Training(link=TRAINING, is_new=False),
        }
    ),
    401: NOT_SIGNED_IN,
    403: errors("not_allowed", "No admin", NO_ADMIN),
    503: errors("server_unreachable", "Airflow or MongoDB is away", NO_AIRFLOW, NO_MONGODB),
}
