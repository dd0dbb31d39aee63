from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest

from features.users import user_features
from infra.tables import GENRES, RATINGS, genre_column

HORIZON = datetime(2024, 3, 10, tzinfo=UTC)


def features_of_movies(spark, movies):
    genres = [f"is_{genre_column(genre)}" for genre in GENRES]
    rows = [(movie_id, n_ratings, *(genre in names for genre in GENRES)) for movie_id, n_ratings, names in movies]
    return spark.createDataFrame(
        rows, ", ".join(["movie_id long", "n_ratings long", *(f"{g} boolean" for g in genres)])
    )


def ratings_of(spark, *ratings):
    rows = [
        (user_id, movie_id, rating, HORIZON - timedelta(hours=hours)) for user_id, movie_id, rating, hours in ratings
    ]
    return spark.createDataFrame(rows, RATINGS.schema)


@pytest.fixture(scope="module")
def users(spark):
    movies = [(1, 10, {"Comedy", "Romance"}), (2, 5, {"Comedy"}), (3, 5, {"Sci-Fi"}), (4, 0, {}), (5, 1, {})]
    ratings = ratings_of(
        spark,
        *[(7, 1, 5.0, 72), (7, 2, 3.0, 47)],
        *[(8, 3, 2.5, 0)],
        *[(9, 4, 0.5, 200), (9, 1, 5.0, 200), (9, 5, 5.0, 200)],
    )
    return {row.user_id: row for row in user_features(ratings, features_of_movies(spark, movies), HORIZON).collect()}


@pytest.mark.parametrize(("user_id", "n_ratings", "mean"), [(7, 2, 4.0), (8, 1, 2.5), (9, 3, 3.5)])
def test_a_users_ratings_are_counted_and_averaged(users, user_id, n_ratings, mean):
    assert (users[user_id].n_ratings, users[user_id].mean_rating) == (n_ratings, mean)


@pytest.mark.parametrize(("user_id", "spread"), [(7, 1.0), (8, 0.0), (9, sqrt(4.5))])
def test_the_spread_is_the_deviation_from_a_users_own_mean(users, user_id, spread):
    assert users[user_id].rating_spread == pytest.approx(spread)


@pytest.mark.parametrize(("user_id", "days"), [(7, 1), (8, 0), (9, 8)])
def test_days_since_the_last_rating_count_back_from_the_horizon(users, user_id, days):
    assert users[user_id].days_since_last_rating == days


@pytest.mark.parametrize(
    ("user_id", "lean"),
    [(7, (4 / 4 + 2 / 4) / 2), (8, 2 / 4), (9, (0 / 4 + 4 / 4 + 1 / 4) / 3)],
)
def test_popularity_lean_is_the_mean_share_of_movies_rated_less(users, user_id, lean):
    assert users[user_id].popularity_lean == pytest.approx(lean)


@pytest.mark.parametrize(
    ("user_id", "shares"),
    [
        (7, {"comedy_share": 1.0, "romance_share": 0.5}),
        (8, {"sci_fi_share": 1.0}),
        (9, {"comedy_share": 1 / 3, "romance_share": 1 / 3}),
    ],
)
def test_a_genre_has_the_share_of_the_users_movies_that_have_it(users, user_id, shares):
    row = users[user_id].asDict()

    assert {name: share for name, share in row.items() if name.endswith("_share") and share} == pytest.approx(shares)


def test_the_only_movie_there_is_leans_nowhere(spark):
    features = user_features(ratings_of(spark, (1, 1, 4.0, 0)), features_of_movies(spark, [(1, 1, {})]), HORIZON)

    assert features.first().popularity_lean == 0


def test_equal_ratings_have_no_spread_to_the_last_bit(spark):
    ratings = ratings_of(spark, *((1, movie_id, 3.5, 0) for movie_id in range(1, 8)))
    movies = features_of_movies(spark, [(movie_id, 1, {}) for movie_id in range(1, 8)])

    assert user_features(ratings, movies, HORIZON).first().rating_spread == 0
