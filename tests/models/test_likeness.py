import json

import numpy as np
import pytest

from models.als import Als
from models.catalogue import describe
from models.likeness import MovieLikeness
from models.ratings import Ratings
from models.zoo import restore

UNRATED, UNHEARD_OF = 7, 8


@pytest.fixture
def catalogue():
    """1 to 3 and UNRATED are comedies, 4 to 6 westerns; of UNHEARD_OF nothing is said."""
    genres = [["Comedy"]] * 3 + [["Western"]] * 3 + [["Comedy"], []]
    return describe(range(1, 9), [""] * 8, [None] * 8, genres, [[]] * 8)


def rated(*counts):
    """Movie i of 1 to 8 is rated by so many users."""
    movie_ids = np.repeat(np.arange(1, 9), counts)
    user_ids = np.concatenate([np.arange(n) for n in counts])
    return Ratings.of(user_ids, movie_ids, np.full(len(movie_ids), 4.0), np.zeros(len(movie_ids)), range(1, 9))


FACTORS = np.array([[1, 0], [0, 1], [1, 0.1], [1, 0], [0, 1], [0, 1], [0, 0], [0, 0]], np.float32)
"""1, 3 and 4 are rated by the same people, and 2, 5 and 6 by others."""


@pytest.fixture
def fitted(catalogue):
    return MovieLikeness().blend(FACTORS, rated(50, 50, 50, 50, 50, 50, 0, 0), catalogue)


def test_a_much_rated_movie_is_like_those_the_same_people_rated(fitted):
    assert fitted.similar_movies(np.array([1, 6]), 2).movie_ids.tolist() == [[3, 4], [5, 2]]


def test_a_movie_nobody_rated_has_neighbours_by_what_is_said_of_it(fitted):
    lists = fitted.similar_movies(np.array([UNRATED]), 5)

    assert lists.movie_ids.tolist() == [[1, 2, 3, -1, -1]]


def test_a_movie_nobody_rated_can_be_a_neighbour_but_stands_back(fitted):
    listed = fitted.similar_movies(np.array([2]), 5).movie_ids[0].tolist()

    assert listed[:2] == [5, 6]
    assert listed[-1] == UNRATED


def test_scores_follow_the_stated_formula(catalogue):
    model = MovieLikeness(shrinkage=5).blend(FACTORS, rated(5, 0, 15, 0, 0, 0, 0, 0), catalogue)

    lists = model.similar_movies(np.array([1]), 1)

    trust_1, trust_3, cosine = 5 / 10, 15 / 20, 1 / np.sqrt(1.01)
    assert lists.movie_ids.tolist() == [[3]]
    expected = trust_1 * trust_3 * cosine + (1 - trust_1) * (1 - 0.1 * (1 - trust_3)) * 1
    assert lists.scores[0, 0] == pytest.approx(expected, rel=1e-5)


def test_few_ratings_are_little_trusted(catalogue):
    model = MovieLikeness().blend(FACTORS, rated(50, 50, 1, 50, 50, 50, 0, 0), catalogue)

    assert model.similar_movies(np.array([1]), 1).movie_ids.tolist() == [[4]]


def test_no_movie_is_its_own_neighbour(fitted):
    movie_ids = np.arange(1, 9)

    assert not (fitted.similar_movies(movie_ids, 8).movie_ids == movie_ids[:, None]).any()


def test_equal_scores_go_by_movie_id(catalogue):
    model = MovieLikeness().blend(np.zeros((8, 2), np.float32), rated(*[0] * 8), catalogue)

    assert model.similar_movies(np.array([2, 5]), 3).movie_ids.tolist() == [[1, 3, 7], [4, 6, -1]]


def test_an_unknown_movie_and_one_of_which_nothing_is_known_have_empty_lists(fitted):
    lists = fitted.similar_movies(np.array([12345, UNHEARD_OF]), 3)

    assert lists.movie_ids.tolist() == [[-1, -1, -1]] * 2
    assert (lists.scores == -np.inf).all()


def test_a_fit_takes_the_factors_of_an_als_of_its_own(catalogue):
    ratings = rated(9, 8, 7, 6, 5, 4, 3, 2)

    fitted = MovieLikeness(seed=3).fit(ratings, catalogue)

    factors = Als(seed=3).fit(ratings, catalogue).movie_factors
    blended = MovieLikeness(seed=3).blend(factors, ratings, catalogue)
    np.testing.assert_array_equal(fitted.arrays()["factors"], blended.arrays()["factors"])


def test_neighbours_are_restored_from_json_and_arrays(fitted):
    parameters = json.loads(json.dumps(fitted.parameters()))

    restored = restore(fitted.name, parameters, fitted.arrays())

    before, after = (model.similar_movies(np.arange(1, 9), 5) for model in (fitted, restored))
    np.testing.assert_array_equal(before.movie_ids, after.movie_ids)
    np.testing.assert_array_equal(before.scores, after.scores)
    assert restored.parameters() == fitted.parameters()
