"""Promises every recommender keeps; a new one is tested by adding it to the zoo."""

import json

import numpy as np
import pytest

from models.ratings import Ratings
from models.recommender import NO_MOVIE
from models.zoo import ZOO, restore
from tests.catalogues import silent

N_USERS = 20
CATALOGUE = np.arange(100, 125)
N_UNRATED = 5  # the last movies of the catalogue
STRANGER = 10**9


def rated(user_ids, movie_ids):
    days = np.arange(len(user_ids))
    return Ratings.of(user_ids, movie_ids, 1 + days % 9 / 2, days * 86_400, CATALOGUE)


@pytest.fixture
def ratings():
    """A checkerboard: even users rate even movies, odd users odd ones, each misses the movie of their own number."""
    pairs = [(u, 100 + m) for u in range(N_USERS) for m in range(u % 2, N_USERS, 2) if u != m]
    return rated(*zip(*pairs, strict=True))


@pytest.fixture(params=ZOO.values(), ids=ZOO.keys())
def model_class(request):
    return request.param


@pytest.fixture
def fitted(model_class, ratings):
    return model_class().fit(ratings, silent(ratings))


def pairs_of(user_ids, lists):
    return {(u, m) for u, row in zip(user_ids, lists.movie_ids.tolist(), strict=True) for m in row if m != NO_MOVIE}


def assert_same(lists, others):
    np.testing.assert_array_equal(lists.movie_ids, others.movie_ids)
    np.testing.assert_array_equal(lists.scores, others.scores)


def test_lists_are_arrays_of_the_shape_asked_for(fitted, ratings):
    lists = fitted.recommend(np.array([3, 1]), 7, ratings)

    assert lists.movie_ids.shape == lists.scores.shape == (2, 7)
    assert (lists.movie_ids.dtype, lists.scores.dtype) == (np.int64, np.float32)


def test_a_rated_movie_is_never_recommended(fitted, ratings):
    lists = fitted.recommend(ratings.users.ids, 10, ratings)

    seen = zip(ratings.users.ids[ratings.user_index], ratings.movies.ids[ratings.movie_index], strict=True)
    assert pairs_of(ratings.users.ids, lists).isdisjoint(seen)


def test_a_movie_rated_after_the_fit_is_not_recommended(fitted, ratings):
    best = fitted.recommend(np.array([0]), 1, ratings).movie_ids[0, 0]
    since = rated([0], [best])

    assert best not in fitted.recommend(np.array([0]), len(CATALOGUE), since).movie_ids


def test_lists_are_best_first_and_name_no_movie_twice(fitted, ratings):
    lists = fitted.recommend(ratings.users.ids, 10, ratings)

    assert (np.diff(lists.scores, axis=1) <= 0).all()
    assert all(len(set(row)) == 10 for row in lists.movie_ids.tolist())


def test_equal_scores_go_by_movie_id(fitted, ratings):
    lists = fitted.recommend(ratings.users.ids, len(CATALOGUE), ratings)

    tied = (lists.scores[:, 1:] == lists.scores[:, :-1]) & (lists.movie_ids[:, 1:] != NO_MOVIE)
    assert tied.any()  # the movies nobody rated
    assert (np.diff(lists.movie_ids, axis=1)[tied] > 0).all()


def test_the_whole_catalogue_is_reachable_and_the_rest_is_padding(fitted, ratings):
    lists = fitted.recommend(ratings.users.ids, 40, ratings)

    n_unseen = len(CATALOGUE) - np.bincount(ratings.user_index)
    for row, scores, n in zip(lists.movie_ids, lists.scores, n_unseen, strict=True):
        assert set(row[:n]) <= set(CATALOGUE)
        assert np.isfinite(scores[:n]).all()
        assert (row[n:] == NO_MOVIE).all()
        assert (scores[n:] == -np.inf).all()


def test_movies_nobody_rated_come_last(fitted, ratings):
    lists = fitted.recommend(np.array([0]), len(CATALOGUE), ratings)

    listed = lists.movie_ids[lists.movie_ids != NO_MOVIE]
    assert listed[-N_UNRATED:].tolist() == CATALOGUE[-N_UNRATED:].tolist()


def test_an_unknown_user_has_a_whole_list_or_none(fitted, ratings):
    lists = fitted.recommend(np.array([STRANGER]), 5, ratings)

    assert np.count_nonzero(lists.movie_ids != NO_MOVIE) in {0, 5}


def test_rows_come_in_the_order_asked_whoever_else_is_asked_for(fitted, ratings):
    together = fitted.recommend(np.array([7, STRANGER, 2]), len(CATALOGUE), ratings)

    for row, user_id in enumerate([7, STRANGER, 2]):
        alone = fitted.recommend(np.array([user_id]), len(CATALOGUE), ratings)
        np.testing.assert_allclose(together.scores[row], alone.scores[0], rtol=1e-5, atol=1e-6)


def test_nobody_asked_for_is_no_error(fitted, ratings):
    assert fitted.recommend(np.array([], np.int64), 5, ratings).movie_ids.shape == (0, 5)


def test_the_same_parameters_give_the_same_lists_bit_for_bit(model_class, fitted, ratings):
    again = model_class(**fitted.parameters()).fit(ratings, silent(ratings))

    assert_same(*(model.recommend(ratings.users.ids, 10, ratings) for model in (fitted, again)))


def test_fitting_again_forgets_what_was_learned_before(model_class, fitted, ratings):
    others = rated([1, 1, 2, 3], [101, 117, 117, 117])

    again = model_class().fit(others, silent(others)).fit(ratings, silent(ratings))

    assert_same(*(model.recommend(ratings.users.ids, 10, ratings) for model in (fitted, again)))


def test_a_model_is_restored_from_json_and_arrays(fitted, ratings):
    parameters = json.loads(json.dumps(fitted.parameters()))

    restored = restore(fitted.name, parameters, fitted.arrays())

    assert restored.parameters() == fitted.parameters()
    assert_same(*(model.recommend(ratings.users.ids, 10, ratings) for model in (fitted, restored)))


def test_what_was_learned_needs_no_pickle(fitted):
    assert all(array.dtype.kind in "iuf" for array in fitted.arrays().values())


def test_ratings_of_nobody_are_no_error(model_class):
    nothing = rated([], [])

    assert model_class().fit(nothing, silent(nothing)).recommend(np.array([1]), 3, nothing).movie_ids.shape == (
        1,
        3,
    )
