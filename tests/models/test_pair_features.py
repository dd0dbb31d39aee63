import json

import numpy as np
import pytest

from infra.tables import PAIR_FEATURES
from models.candidates import Candidates
from models.catalogue import describe
from models.pair_features import MovieFacts, UserFacts, pair_features
from models.ratings import Ratings

DAY = 86_400
TODAY = 1_710_028_800  # 2024-03-10 00:00 UTC
MOVIES = [10, 20, 30]


@pytest.fixture
def catalogue():
    """10 and 20 are comedies, 20 a romance too; of 30 nothing is said."""
    genres = [["Comedy"], ["Comedy", "Romance"], []]
    return describe(MOVIES, ["", "", ""], [1994, 2014, None], genres, [["a"], ["a"], []])


def rated(*opinions):
    users, movies, stars, days = np.array(opinions).T
    return Ratings.of(users, movies, stars, (TODAY - days * DAY).astype(int), MOVIES)


@pytest.fixture
def ratings():
    """User, movie, stars, days ago."""
    return rated((1, 10, 5.0, 100), (1, 20, 4.0, 40), (2, 10, 3.0, 0), (3, 10, 1.0, 10))


def features(ratings, catalogue, user_id, movie_id, movies=None):
    movies = movies or MovieFacts.of(ratings, catalogue)
    rows = ratings.of_users([user_id], ratings.movies), ratings.times_of_users([user_id], ratings.movies)
    nothing = np.empty((0, 1), np.float32)
    pair = Candidates(np.array([0]), ratings.movies.positions([movie_id]), nothing, nothing)
    values = pair_features(pair, UserFacts.of(*rows, movies), movies)
    assert values.shape == (1, len(PAIR_FEATURES))
    return dict(zip(PAIR_FEATURES, values[0].tolist(), strict=True))


def test_a_movie_is_counted_and_averaged(ratings, catalogue):
    of_10 = features(ratings, catalogue, 1, 10)

    assert [of_10[f"movie_n_ratings{window}"] for window in ("_7_days", "_30_days", "_365_days", "")] == [1, 2, 3, 3]
    assert (of_10["movie_mean_rating"], of_10["movie_days_since_first_rating"]) == (3.0, 100)
    assert of_10["movie_shrunk_rating"] == pytest.approx((9 + 25 * 13 / 4) / 28)
    assert of_10["movie_age_years"] == 30


def test_a_user_is_counted_and_averaged(ratings, catalogue):
    of_1 = features(ratings, catalogue, 1, 30)

    assert (of_1["user_n_ratings"], of_1["user_mean_rating"], of_1["user_rating_spread"]) == (2, 4.5, 0.5)
    assert of_1["user_days_since_last_rating"] == 40
    assert of_1["user_popularity_lean"] == pytest.approx((2 / 2 + 1 / 2) / 2)


def test_a_user_and_a_movie_are_compared(ratings, catalogue):
    of_both = features(ratings, catalogue, 1, 20)

    assert of_both["genre_affinity"] == pytest.approx((1 + 1 / 2) / 2)
    assert of_both["popularity_gap"] == pytest.approx(1 / 2 - 3 / 4)
    assert of_both["rating_gap"] == pytest.approx((4 + 25 * 13 / 4) / 26 - 4.5)
    assert of_both["age_gap"] == pytest.approx(10 - 20)
    assert of_both["days_known_at_last_rating"] == 0
    assert of_both["age_at_last_rating"] == pytest.approx(10 - 40 / 365.25)


def test_content_affinity_is_the_cosine_to_what_the_user_rated(ratings, catalogue):
    content = catalogue.content
    profile = content[0] + content[1]

    affinity = features(ratings, catalogue, 1, 20)["content_affinity"]

    assert affinity == pytest.approx(profile @ content[1] / np.linalg.norm(profile), rel=1e-5)
    assert features(ratings, catalogue, 1, 30)["content_affinity"] == 0


def test_what_is_unknown_of_a_movie_is_nan(ratings, catalogue):
    of_30 = features(ratings, catalogue, 1, 30)

    assert {name for name, value in of_30.items() if np.isnan(value)} == {
        *("movie_mean_rating", "movie_days_since_first_rating", "movie_age_years", "genre_affinity"),
        *("age_gap", "days_known_at_last_rating", "age_at_last_rating"),
    }


def test_a_user_of_undated_movies_has_no_mean_age(ratings, catalogue):
    assert np.isnan(features(rated((1, 30, 4.0, 0)), catalogue, 1, 10)["age_gap"])


def test_nothing_of_after_the_newest_rating_given_is_known(ratings, catalogue):
    """The same features as if the later ratings had never been."""
    earlier = ratings.where(ratings.rated_at <= TODAY - 40 * DAY)
    alone = rated((1, 10, 5.0, 100), (1, 20, 4.0, 40))

    assert features(earlier, catalogue, 1, 10) == features(alone, catalogue, 1, 10)


def test_facts_are_stored_as_finite_arrays(ratings, catalogue):
    facts = MovieFacts.of(ratings, catalogue)

    assert all(np.isfinite(array).all() for array in facts.arrays().values())
    restored = MovieFacts.restore(facts.arrays())
    text = [json.dumps(features(ratings, catalogue, 1, 30, movies)) for movies in (facts, restored)]
    assert text[0] == text[1]
