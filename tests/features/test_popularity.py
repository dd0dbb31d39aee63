from datetime import UTC, datetime

import pytest

from features.movies import movie_features
from features.popularity import LIST_LENGTH, popularity
from infra.tables import EVERY_GENRE, MOVIES, RATINGS, RAW_TAGS

HORIZON = datetime(2024, 3, 10, tzinfo=UTC)
SCORED = "movie_id long, n_ratings long, shrunk_rating double"


def movies_of(spark, genres):
    rows = [(movie_id, f"Movie {movie_id}", 2000, names, None, None, []) for movie_id, names in genres.items()]
    return spark.createDataFrame(rows, MOVIES.schema)


def lists(rows):
    ordered = sorted(rows.collect(), key=lambda row: (row.scope, row.rank))
    return {scope: [row.movie_id for row in ordered if row.scope == scope] for scope in {row.scope for row in ordered}}


@pytest.fixture(scope="module")
def popular(spark):
    movies = movies_of(spark, {1: ["Comedy"], 2: ["Comedy", "Drama"], 3: ["Drama"], 4: [], 5: ["Western"]})
    scores = [(1, 3, 3.5), (2, 9, 4.5), (3, 2, 3.5), (4, 1, 4.0), (5, 0, 3.6)]
    return popularity(movies, spark.createDataFrame(scores, SCORED))


def test_every_genre_has_its_list_and_all_movies_have_one(popular):
    assert lists(popular) == {EVERY_GENRE: [2, 4, 1, 3], "Comedy": [2, 1], "Drama": [2, 3]}


def test_ranks_count_from_1_without_gaps(popular):
    ranks = sorted((row.rank, row.movie_id) for row in popular.collect() if row.scope == EVERY_GENRE)

    assert ranks == [(1, 2), (2, 4), (3, 1), (4, 3)]


def test_the_score_is_the_shrunk_rating(popular):
    assert {(row.movie_id, row.score) for row in popular.collect()} == {(1, 3.5), (2, 4.5), (3, 3.5), (4, 4.0)}


def test_a_list_is_bounded(spark):
    everyone = range(1, LIST_LENGTH + 2)
    movies = movies_of(spark, {movie_id: [] for movie_id in everyone})
    scores = spark.createDataFrame([(movie_id, 1, 3.0) for movie_id in everyone], SCORED)

    assert lists(popularity(movies, scores)) == {EVERY_GENRE: list(range(1, LIST_LENGTH + 1))}


def test_a_single_five_star_vote_does_not_lead(spark):
    movies = movies_of(spark, {1: ["Drama"], 2: ["Drama"], 3: ["Drama"]})
    votes = [(1, 1, 5.0), *((user_id, 2, 4.5) for user_id in range(30)), *((user_id, 3, 2.5) for user_id in range(30))]
    ratings = spark.createDataFrame([(*vote, HORIZON) for vote in votes], RATINGS.schema)

    features = movie_features(movies, ratings, spark.createDataFrame([], RAW_TAGS.schema), HORIZON)

    assert lists(popularity(movies, features))["Drama"] == [2, 1, 3]
