import os
import re
from datetime import UTC, datetime

import pytest

from infra.errors import ExpectationFailed
from infra.tables import (
    FEATURES,
    INTERACTIONS,
    MOVIE_FEATURES,
    MOVIES,
    POPULARITY,
    QUARANTINE,
    RATINGS,
    RAW,
    RAW_ACTIONS,
    RAW_LINKS,
    RAW_MOVIES,
    RAW_RATINGS,
    RAW_TAGS,
    TAGS,
    USER_FEATURES,
)
from pipelines.expectations import check
from pipelines.suites import SUITES

MOMENT = datetime(2009, 12, 14, tzinfo=UTC)
ADA = 1_000_000_000
LONG_AGO = datetime(1994, 12, 31, tzinfo=UTC)
FILLER = {"bigint": 1, "int": 1, "float": 0.5, "double": 0.5, "string": "x", "boolean": False, "timestamp": MOMENT}
RATED = [{"user_id": 7, "movie_id": 1, "rating": 4.0}, {"user_id": 7, "movie_id": 2, "rating": 0.5}]

GOOD = {
    RAW_RATINGS: RATED,
    RAW_MOVIES: [{"movie_id": 1}, {"movie_id": 2}],
    RAW_LINKS: [{"movie_id": 1}],
    RAW_TAGS: [],
    RAW_ACTIONS: [
        {"user_id": ADA, "movie_id": 1, "kind": "rating"},
        {"user_id": ADA, "movie_id": 1, "kind": "hide", "rating": None},
    ],
    QUARANTINE: [],
    RATINGS: RATED,
    INTERACTIONS: [{**row, "kind": "rating"} for row in RATED],
    TAGS: [{"user_id": 7, "movie_id": 1}],
    MOVIES: [{"movie_id": 1}, {"movie_id": 2, "year": None}],
    MOVIE_FEATURES: [{"movie_id": 1}, {"movie_id": 2, "mean_rating": None, "days_since_first_rating": None}],
    USER_FEATURES: [{"user_id": 7}],
    POPULARITY: [{"scope": "all"}, {"scope": "Drama"}],
}


@pytest.fixture
def judge(spark, tmp_path):
    """Check a layer whose tables hold GOOD or what is given; columns that a row does not name get a fitting value."""

    def run(layer, changed=None, known=None):
        tables = {table: frame(table, {**GOOD, **(changed or {})}[table]) for table in layer.tables}
        return check(layer, tables, tmp_path, known)

    def frame(table, rows):
        values = [tuple(row.get(name, FILLER.get(kind, ["x"])) for name, kind in table.columns.items()) for row in rows]
        return spark.createDataFrame(values, table.schema)

    return run


def failures(stopped):
    """Return the sentences about tables in the error's message."""
    return set(str(stopped.value).split(". The `")[0].split("; "))


def shown(docs_dir):
    """Return how the one page about raw_ratings says that they did, after it names what was measured."""
    [page] = docs_dir.glob("raw/validations/raw_ratings/**/*.html")
    text = page.read_text()
    assert "highest rating" in text
    return re.search(r"Status:</span>.*?</i> (\w+)", text)[1]


@pytest.mark.parametrize("layer", [RAW, FEATURES], ids=["raw", "features"])
def test_good_tables_pass_every_expectation_of_their_suites(judge, layer, tmp_path):
    checks = judge(layer)

    assert {check.table for check in checks} == {table.name for table in layer.tables}
    assert all(check.passed for check in checks)
    assert all(check.limit for check in checks)
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    written = {(check.table, check.expectation) for check in checks}
    without_rows = {("raw_tags", "earliest tagged_at"), ("raw_tags", "share of rows refused")}
    expected = {(table.name, expectation.figure) for table in layer.tables for expectation in SUITES[table]}
    assert expected - written == (without_rows if layer is RAW else set())


def test_every_broken_raw_table_is_named_with_figure_and_limit(judge):
    ratings = [*RATED, RATED[0], {"user_id": None, "movie_id": 3, "rating": 7.0, "rated_at": LONG_AGO}, {"rating": 1.3}]
    refused = [{"table": "raw_links", "line": line} for line in range(1, 3)] + [
        {"table": None, "row": None, "line": None}
    ]
    actions = [{"user_id": 7, "movie_id": 3, "kind": "rating", "rating": None}, {"user_id": ADA, "kind": "buy"}]
    movies = [{"movie_id": movie} for movie in (-1, 1, 2)]
    with pytest.raises(ExpectationFailed) as stopped:
        judge(RAW, {RAW_RATINGS: ratings, RAW_MOVIES: movies, RAW_ACTIONS: actions, QUARANTINE: refused})

    assert failures(stopped) == {
        "raw_ratings: rows without user_id is 1 but must be at most 0",
        "raw_ratings: rows with a repeated key is 1 but must be at most 0",
        "raw_ratings: highest rating is 7 but must be at most 5.0",
        "raw_ratings: ratings off the half-star grid is 1 but must be at most 0",
        "raw_ratings: earliest rated_at is 1994-12-31 but must be at least 1995-01-01",
        "raw_ratings: rows whose movie_id is not in raw_movies is 1 but must be at most 0",
        "raw_movies: lowest movie_id is -1 but must be at least 1",
        "raw_links: share of rows refused is 0.6667 but must be at most 0.05",
        "raw_actions: lowest user_id is 7 but must be at least 1000000000",
        "raw_actions: actions of an unknown kind is 1 but must be at most 0",
        "raw_actions: ratings without a rating, or others with one is 2 but must be at most 0",
        "raw_actions: rows whose movie_id is not in raw_movies is 1 but must be at most 0",
        "quarantine: rows without table is 1 but must be at most 0",
        "quarantine: rows without line is 1 but must be at most 0",
        "quarantine: rows without row is 1 but must be at most 0",
    }


def test_every_broken_feature_table_is_named_with_figure_and_limit(judge):
    broken = {
        RATINGS: [*RATED, {"user_id": 8, "movie_id": 3, "rating": None}],
        INTERACTIONS: [
            {"user_id": 7, "kind": "rating", "rating": None},
            {"user_id": 7, "kind": "like", "rating": 4.0},
            {"user_id": 7, "kind": "buy", "rating": None},
        ],
        MOVIES: [{"movie_id": 1, "title": None}, {"movie_id": 2}, {"movie_id": 9}],
        MOVIE_FEATURES: [
            {"movie_id": 1, "n_ratings_7_days": 2, "n_tags": 1, "n_taggers": 2, "shrunk_rating": 5.5},
            {"movie_id": 2, "mean_rating": float("nan"), "days_since_first_rating": -1, "is_drama": None},
        ],
        USER_FEATURES: [{"user_id": 7, "drama_share": 1.5, "war_share": -0.5, "rating_spread": 3.0}, {"user_id": 9}],
        POPULARITY: [{"scope": "Drama", "rank": 0}, {"scope": "Drama", "rank": 501}],
    }
    with pytest.raises(ExpectationFailed) as stopped:
        judge(FEATURES, broken)

    assert failures(stopped) == {
        "ratings: rows without rating is 1 but must be at most 0",
        "ratings: rows whose movie_id is not in movies is 1 but must be at most 0",
        "ratings: rows whose user_id is not in user_features is 1 but must be at most 0",
        "interactions: ratings without a rating, or others with one is 2 but must be at most 0",
        "interactions: interactions of an unknown kind is 1 but must be at most 0",
        "movies: rows without title is 1 but must be at most 0",
        "movies: rows whose movie_id is not in movie_features is 1 but must be at most 0",
        "movie_features: movies with more ratings in 7 days than in 30 is 1 but must be at most 0",
        "movie_features: movies with more taggers than tags is 1 but must be at most 0",
        "movie_features: highest shrunk_rating is 5.5 but must be at most 5.0",
        "movie_features: highest mean_rating is nan but must be at most 5.0",
        "movie_features: lowest days_since_first_rating is -1 but must be at least 0",
        "movie_features: rows without is_drama is 1 but must be at most 0",
        "user_features: lowest genre share is -0.5 but must be at least 0",
        "user_features: highest genre share is 1.5 but must be at most 1",
        "user_features: highest rating_spread is 3 but must be at most 2.25",
        "user_features: rows whose user_id is not in ratings is 1 but must be at most 0",
        "popularity: rows with a repeated key is 1 but must be at most 0",
        "popularity: movies in the list of all is 0 but must be at least 1",
        "popularity: lowest rank is 0 but must be at least 1",
        "popularity: highest rank is 501 but must be at most 500",
    }


def test_a_known_figure_is_judged_instead_of_measured(judge):
    with pytest.raises(ExpectationFailed) as stopped:
        judge(RAW, known={RAW_RATINGS: {"rows with a repeated key": 3, "highest rating": 2.0}})

    assert failures(stopped) == {"raw_ratings: rows with a repeated key is 3 but must be at most 0"}


def test_data_docs_show_the_failed_run_too_and_keep_the_other_layer(judge, tmp_path):
    judge(FEATURES)
    with pytest.raises(ExpectationFailed, match=re.escape((tmp_path / "index.html").as_uri())):
        judge(RAW, {RAW_RATINGS: [{"rating": 7.0}]})
    index = (tmp_path / "index.html").read_text()
    assert re.findall('href="(.*?)"', index) == ["features/index.html", "raw/index.html"]
    assert shown(tmp_path) == "Failed"
    judge(RAW)
    assert shown(tmp_path) == "Succeeded"
