import json
import tracemalloc

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from models.ease import BYTES_PER_PAIR, Ease
from models.ratings import Ratings
from models.zoo import restore
from tests.catalogues import silent

REGULARIZATION = 3.0
UNRATED, UNHEARD_OF, STRANGER = 1000, 12345, 999


def rated_by(n_users, n_movies):
    """A third of all pairs, drawn at random, and movie UNRATED."""
    rng = np.random.default_rng(5)
    users, movies = np.nonzero(rng.random((n_users, n_movies)) < 1 / 3)
    stars = rng.integers(1, 11, len(users)) / 2
    return Ratings.of(users, movies, stars, np.zeros(len(users)), catalogue=[*range(n_movies), UNRATED])


FEW_USERS, FEW_MOVIES = rated_by(12, 30), rated_by(30, 12)


def weights_of(stars):
    """Steck's closed form as the paper writes it."""
    inverse = np.linalg.inv(stars.T @ stars + REGULARIZATION * np.eye(stars.shape[1]))
    weights = inverse / -inverse.diagonal()
    np.fill_diagonal(weights, 0)
    return weights


def fit(ratings, **parameters):
    return Ease(**{"regularization": REGULARIZATION} | parameters).fit(ratings, silent(ratings))


@pytest.mark.parametrize("ratings", [FEW_USERS, FEW_MOVIES], ids=["few users", "few movies"])
def test_lists_are_those_of_the_closed_form(ratings):
    stars = ratings.matrix.toarray().astype(np.float64)[:, :-1]

    lists = fit(ratings).recommend(ratings.users.ids, 3, ratings)

    exact = np.where(stars > 0, -np.inf, stars @ weights_of(stars))
    best = np.argsort(-exact, axis=1)[:, :3]
    np.testing.assert_array_equal(lists.movie_ids, best)
    np.testing.assert_allclose(lists.scores, np.take_along_axis(exact, best, axis=1), rtol=1e-4)


@pytest.mark.parametrize(("ratings", "smaller"), [(FEW_USERS, "inverse"), (FEW_MOVIES, "weights")])
def test_the_matrix_it_keeps_is_as_large_as_there_are_users_or_movies_whichever_are_fewer(ratings, smaller):
    assert fit(ratings).arrays()[smaller].shape == (12, 12)


@pytest.mark.parametrize("ratings", [FEW_USERS, FEW_MOVIES], ids=["few users", "few movies"])
def test_movies_alike_are_those_a_movie_has_weights_for(ratings):
    stars = ratings.matrix.toarray().astype(np.float64)[:, :-1]

    lists = fit(ratings).similar_movies(np.array([3, UNRATED, UNHEARD_OF]), 20)

    weights = weights_of(stars)[3]
    expected = [movie for movie in np.argsort(-weights) if weights[movie] > 0][:20]
    assert lists.movie_ids[0].tolist() == expected + [-1] * (20 - len(expected))
    assert (lists.movie_ids[1:] == -1).all()
    assert (lists.scores[1:] == -np.inf).all()


def test_a_small_budget_is_spent_on_the_most_rated_movies_ties_by_movie_id(monkeypatch):
    monkeypatch.setattr("models.ease.BYTES_PER_PAIR", 10**6 // 3**2)  # a megabyte holds 3 x 3
    ratings = Ratings.of(
        [1, 2, 3, 4, 1, 2, 1, 2, 1, 2, 4], [50, 50, 50, 50, 40, 40, 30, 30, 20, 20, 10], [4] * 11, [0] * 11
    )

    model = fit(ratings, memory_budget_mb=1)

    assert model.arrays()["learned_ids"].tolist() == [20, 30, 50]
    lists = model.recommend(np.array([1, 4]), 5, ratings)
    assert lists.movie_ids.tolist() == [[10, -1, -1, -1, -1], [20, 30, 40, -1, -1]]


def test_a_fit_takes_the_memory_it_says():
    n_movies = 1500
    ratings = Ratings.of(
        np.arange(2 * n_movies), np.arange(2 * n_movies) % n_movies, np.ones(2 * n_movies), np.zeros(2 * n_movies)
    )
    catalogue = silent(ratings)

    tracemalloc.start()
    Ease().fit(ratings, catalogue)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 0.9 < peak / (BYTES_PER_PAIR * n_movies**2) < 1.1


@pytest.mark.parametrize("ratings", [FEW_USERS, FEW_MOVIES], ids=["few users", "few movies"])
def test_a_new_user_is_shown_what_their_history_asks_for(ratings):
    since = Ratings.of([STRANGER] * 2, [2, 5], [5.0, 1.0], [0, 0], catalogue=ratings.movies.ids)
    stars = ratings.matrix.toarray().astype(np.float64)[:, :-1]
    weights = weights_of(stars)

    lists = fit(ratings).recommend(np.array([STRANGER]), 1, since)

    expected = 5 * weights[2] + weights[5]
    expected[[2, 5]] = -np.inf
    assert lists.movie_ids[0, 0] == expected.argmax()


def test_who_rated_nothing_it_knows_has_an_empty_list():
    since = Ratings.of([STRANGER, STRANGER + 1], [UNRATED, UNHEARD_OF], [5.0, 5.0], [0, 0])

    lists = fit(FEW_USERS).recommend(np.array([STRANGER, STRANGER + 1, STRANGER + 2]), 3, since)

    assert (lists.movie_ids == -1).all()
    assert (lists.scores == -np.inf).all()


def test_the_blocks_change_nothing(monkeypatch):
    whole = fit(FEW_MOVIES).recommend(FEW_MOVIES.users.ids, 10, FEW_MOVIES)
    monkeypatch.setattr("models.ease.ROWS_PER_BLOCK", 5)

    in_parts = fit(FEW_MOVIES).recommend(FEW_MOVIES.users.ids, 10, FEW_MOVIES)

    np.testing.assert_array_equal(in_parts.movie_ids, whole.movie_ids)


def test_who_else_is_asked_for_changes_no_bit_of_a_list():
    ratings = rated_by(260, 400)
    fitted = fit(ratings)

    together, alone = fitted.recommend(ratings.users.ids, 50, ratings), fitted.recommend(np.array([7]), 50, ratings)

    np.testing.assert_array_equal(together.movie_ids[7], alone.movie_ids[0])
    np.testing.assert_array_equal(together.scores[7], alone.scores[0])


@pytest.mark.parametrize("ratings", [FEW_USERS, FEW_MOVIES], ids=["few users", "few movies"])
def test_both_kinds_are_restored_from_json_and_arrays(ratings):
    fitted = fit(ratings)

    restored = restore("ease", json.loads(json.dumps(fitted.parameters())), fitted.arrays())

    before, after = (model.recommend(ratings.users.ids, 10, ratings) for model in (fitted, restored))
    np.testing.assert_array_equal(before.movie_ids, after.movie_ids)
    np.testing.assert_array_equal(before.scores, after.scores)
    assert restored.parameters() == fitted.parameters()


def test_fitting_leaves_the_threads_of_others_alone():
    before = threadpool_info()

    fit(FEW_USERS).recommend(FEW_USERS.users.ids, 3, FEW_USERS)

    assert threadpool_info() == before
