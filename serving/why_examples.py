"""Every kind of answer about why a movie is in a list, as the API's documentation shows it."""

from datetime import UTC, datetime

from infra.stores.list_records import Verdict
from serving.account_examples import MONGODB_AWAY, NOT_SIGNED_IN
from serving.action_examples import NO_ADMIN
from serving.documented import Responses, answers, errors
from serving.examples import SHAWSHANK, UNKNOWN_MOVIE
from serving.schemas import Movie
from serving.why_schemas import (
    FeatureContribution,
    ListPlace,
    MadeFrom,
    NamedModel,
    PassedCheck,
    PlaceAgain,
    Reasons,
    SnapshotRead,
    SourceOpinion,
    Why,
    WhyGeneration,
)

IMPOSSIBLE_USER = "user_id in the query must be a whole number from 1 to 9223372036854775807, not 'abc'"
NO_MOVIE_ID = "movie_id in the query is missing"
NOTHING_PUBLISHED = "no generation is published, so nobody has a list: run `make publish`"
NO_WORKER = (
    "no near-line worker runs that could ask the model: start one with `python -m pipelines refresh_worker`, or ask by "
    "`python -m pipelines why`"
)
COMMIT = "2b0d635c1f6e4a0d9b7c8e5f3a2d1c0b9e8f7a6d"

GENERATION = WhyGeneration(
    id="2026-11-20T003105Z",
    snapshot_date="2026-11-20",
    model=NamedModel(name="ensemble", version=12),
    git_commit=COMMIT,
    inputs=MadeFrom(
        snapshot=SnapshotRead(
            date="2026-11-20", attempt="20261120T001502123456Z", tables={"ratings": "9f3c60e1d2b4a587"}
        ),
        git_commit=COMMIT,
        requirements="4be1f0c27d53a9868e6b0f3f2a1d7c95",
        n=100,
    ),
    checks=[
        PassedCheck(
            table="user_recommendations", expectation="movies the user has rated", figure=0, limit="0", passed=True
        )
    ],
)
REASONS = Reasons(
    verdict=Verdict.LISTED,
    model=NamedModel(name="ensemble", version=12),
    maker="ensemble",
    snapshot="2026-11-20/20261120T001502123456Z",
    rank=1,
    n_ranked=412,
    score=1.07,
    opinions=[
        SourceOpinion(source="als", rank=4, score=0.83, proposes=True),
        SourceOpinion(source="transitions", rank=None, score=None, proposes=False),
    ],
    largest=[
        FeatureContribution(feature="als_rank", value=4, contribution=0.31),
        FeatureContribution(feature="transitions_rank", value=None, contribution=-0.08),
    ],
    others=0.49,
    base=0.35,
    again=PlaceAgain(rank=1, score=1.07),
    disagreement="",
)
LISTED = Why(
    user_id=7,
    movie=Movie(**SHAWSHANK),
    place=ListPlace(rank=1, score=1.07, source="ensemble"),
    n_listed=100,
    generated_at=datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC),
    done_since=[],
    generation=GENERATION,
    reasons=REASONS,
    reasons_missing=None,
)
HAS_NO_REASONS = {"reasons": None, "reasons_missing": NO_WORKER}

WHY: Responses = {
    200: answers({"in the list": LISTED, "in the list, and no worker runs": LISTED.model_copy(update=HAS_NO_REASONS)}),
    401: NOT_SIGNED_IN,
    403: errors("not_allowed", "A profile of someone else's, and not an admin", NO_ADMIN),
    404: errors("not_found", "No such movie, or nothing is published", UNKNOWN_MOVIE, NOTHING_PUBLISHED),
    422: errors("invalid_request", "An impossible value", IMPOSSIBLE_USER, NO_MOVIE_ID),
    503: MONGODB_AWAY,
}
