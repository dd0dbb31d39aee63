"""The second stage sees the same in the batch (Spark) and where lists are made (arrays)."""

from datetime import UTC, datetime

import numpy as np
import pytest

from features.movies import movie_features
from features.pairs import pair_features, user_tastes
from features.ratings import horizon
from features.users import user_features
from infra.tables import MOVIES, PAIR_FEATURES, RATINGS, RAW_TAGS
from models import pair_features as arrays
from models.candidates import Candidates
from models.catalogue import describe
from models.ratings import Ratings

DAY = 86_400
TODAY = 1_710_028_800  # 2024-03-10 00:00 UTC
OPINIONS = [  # user, movie, stars, days ago
    *[(1, 10, 5.0, 0), (1, 20, 3.5, 6.5), (1, 40, 0.5, 400)],
    *[(2, 20, 4.0, 7), (2, 30, 2.0, 31)],
    *[(3, 40, 3.0, 365), (3, 10, 4.5, 364.5), (3, 30, 4.0, 1000), (3, 20, 1.0, 1)],
    *[(4, 60, 3.0, 12)],
]
CATALOGUE = [
    (10, "Toy Story", 1995, ["Animation", "Comedy"], ["pixar", "fun"]),
    (20, "Heat", 1995, ["Action", "Crime"], ["pacino"]),
    (30, "Alien Comedy", 2024, ["Comedy", "Sci-Fi"], ["fun"]),
    (40, "Undated Story", None, ["Comedy"], ["pacino"]),
    (50, "Never Rated Heat", 2001, ["Sci-Fi", "Action"], []),
    (60, "Said Nothing Of", None, [], []),
]
USERS, MOVIE_IDS = [1, 2, 3, 4], [movie[0] for movie in CATALOGUE]


@pytest.fixture(scope="module")
def catalogue():
    return describe(*(list(column) for column in zip(*CATALOGUE, strict=True)), n_dimensions=3)


@pytest.fixture(scope="module")
def in_arrays(catalogue):
    users, movies, stars, days = (np.array(column) for column in zip(*OPINIONS, strict=True))
    ratings = Ratings.of(users, movies, stars, (TODAY - days * DAY).astype(int), MOVIE_IDS)
    known = arrays.MovieFacts.of(ratings, catalogue)
    rows, columns = (index.ravel() for index in np.indices((len(USERS), len(MOVIE_IDS))))
    of_users = ratings.of_users(USERS, ratings.movies), ratings.times_of_users(USERS, ratings.movies)
    nothing = np.empty((0, len(rows)), np.float32)
    pairs = Candidates(rows, columns, nothing, nothing)
    return arrays.pair_features(pairs, arrays.UserFacts.of(*of_users, known), known)


@pytest.fixture(scope="module")
def in_spark(spark, catalogue):
    moments = [(*opinion, datetime.fromtimestamp(TODAY - days * DAY, UTC)) for *opinion, days in OPINIONS]
    ratings = spark.createDataFrame(moments, RATINGS.schema)
    rows = [(movie_id, title, year, genres, None, None, tags) for movie_id, title, year, genres, tags in CATALOGUE]
    movies, tags = spark.createDataFrame(rows, MOVIES.schema), spark.createDataFrame([], RAW_TAGS.schema)
    received = movie_features(movies, ratings, tags, horizon(ratings))
    content = spark.createDataFrame(
        list(zip(MOVIE_IDS, catalogue.content.tolist(), strict=True)), "movie_id bigint, content array<double>"
    )
    candidates = spark.createDataFrame([(u, m) for u in USERS for m in MOVIE_IDS], "user_id bigint, movie_id bigint")
    pairs = pair_features(
        candidates,
        user_features(ratings, received, horizon(ratings)),
        received,
        user_tastes(ratings, received, content),
        content,
    )
    return pairs.toPandas().sort_values(["user_id", "movie_id"])


@pytest.mark.parametrize("feature", PAIR_FEATURES)
def test_spark_and_arrays_agree(in_spark, in_arrays, feature):
    column = in_arrays[:, PAIR_FEATURES.index(feature)]

    np.testing.assert_allclose(in_spark[feature].astype(float), column, rtol=1e-5, atol=1e-5)
    assert len(np.unique(column)) > 1  # or agreeing would be easy


def test_a_candidate_keeps_what_it_came_with(spark, in_spark):
    assert in_spark[["user_id", "movie_id"]].values.tolist() == [[u, m] for u in USERS for m in MOVIE_IDS]
