import os

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from models.ials import Ials
from models.ratings import Ratings
from tests.catalogues import silent

N_MOVIES = 20


@pytest.fixture
def two_tastes():
    """Users 0 to 9 rate movies 0 to 9, users 10 to 19 the others; each leaves one movie of their taste out."""
    pairs = [(u, m) for u in range(20) for m in range(N_MOVIES) if u // 10 == m // 10 and (u - m) % 10 != 3]
    users, movies = np.array(pairs).T
    return Ratings.of(users, movies, 1 + np.arange(len(users)) % 9 / 2, np.arange(len(users)), catalogue=[100])


@pytest.fixture
def fitted(two_tastes):
    model = Ials(n_factors=10, n_epochs=200, regularization=0.02, unobserved_weight=1.0, confidence_per_star=0.25)
    return model.fit(two_tastes, silent(two_tastes))


def test_each_user_is_first_shown_the_movie_of_their_taste_they_missed(two_tastes):
    model = Ials(n_factors=2).fit(two_tastes, silent(two_tastes))

    lists = model.recommend(np.arange(20), 1, two_tastes)

    assert lists.movie_ids[:, 0].tolist() == [u // 10 * 10 + (u - 3) % 10 for u in range(20)]


def test_factors_minimise_the_stated_loss(two_tastes):
    model = Ials(n_factors=10, n_epochs=200, regularization=0.02, unobserved_weight=0.5, confidence_per_star=0.25).fit(
        two_tastes, silent(two_tastes)
    )
    stars = two_tastes.matrix.toarray()
    confidence = np.where(stars > 0, 1 + 0.25 * stars, 0)
    users, movies = model.user_factors.astype(np.float64), model.movie_factors.astype(np.float64)

    pull = confidence * (1 - users @ movies.T) - 0.5 * users @ movies.T  # at the minimum, regularization pulls back
    of_users = 0.02 * ((stars > 0).sum(axis=1) + 0.5 * 21)
    of_movies = 0.02 * ((stars > 0).sum(axis=0) + 0.5 * 20)
    assert np.abs(users).max() > 0.1
    np.testing.assert_allclose(pull @ movies, of_users[:, None] * users, atol=1e-4)
    np.testing.assert_allclose(pull.T @ users, of_movies[:, None] * movies, atol=1e-4)


def test_one_user_and_one_movie_meet_where_the_formula_says():
    rated = Ratings.of([1], [1], [4.0], [0])

    model = Ials(n_factors=1, n_epochs=100, regularization=0.1, unobserved_weight=0.5, confidence_per_star=0.25).fit(
        rated, silent(rated)
    )

    # With p = x * y and |x| = |y|, 2 (1 - p)^2 + 0.5 p^2 + 0.1 * 1.5 * 2 p is least at 2.5 p = 2 - 0.15.
    assert model.recommend(np.array([1]), 1, rated.where(rated.rating > 5)).scores[0, 0] == pytest.approx(0.74)


def test_the_factors_do_not_depend_on_the_number_of_threads(monkeypatch, two_tastes):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    on_one_thread = Ials(n_factors=10).fit(two_tastes, silent(two_tastes))
    monkeypatch.setattr(os, "cpu_count", lambda: 3)

    on_three = Ials(n_factors=10).fit(two_tastes, silent(two_tastes))

    np.testing.assert_array_equal(on_three.user_factors, on_one_thread.user_factors)
    np.testing.assert_array_equal(on_three.movie_factors, on_one_thread.movie_factors)


def test_another_seed_gives_other_factors(two_tastes):
    first, second = (Ials(n_factors=4, n_epochs=1, seed=seed).fit(two_tastes, silent(two_tastes)) for seed in (1, 2))

    assert not np.array_equal(first.user_factors, second.user_factors)


def test_a_user_without_ratings_is_a_stranger_and_has_an_empty_list(two_tastes):
    without_user_0 = two_tastes.where(two_tastes.user_index != 0)
    model = Ials(n_factors=2).fit(without_user_0, silent(without_user_0))

    lists = model.recommend(np.array([0, 12345, 10]), 1, two_tastes)

    assert lists.movie_ids.tolist() == [[-1], [-1], [17]]


def test_a_movie_without_ratings_has_factors_of_zero(two_tastes):
    model = Ials(n_factors=4, n_epochs=1).fit(two_tastes, silent(two_tastes))

    assert not model.movie_factors[two_tastes.movies.positions([100])].any()


def test_folding_in_everyone_gives_what_the_fit_ended_with(fitted, two_tastes):
    folded = fitted.fold_in_users(two_tastes).fold_in_movies(two_tastes)

    np.testing.assert_allclose(folded.user_factors, fitted.user_factors, atol=1e-3)
    np.testing.assert_allclose(folded.movie_factors, fitted.movie_factors, atol=1e-3)


def test_a_new_user_is_shown_their_taste_and_the_others_are_forgotten(fitted):
    history = Ratings.of([77, 77, 78], [11, 12, 999], [5.0, 4.5, 5.0], [0, 1, 2])

    folded = fitted.fold_in_users(history)

    lists = folded.recommend(np.array([77, 78, 0]), 8, history)
    assert set(lists.movie_ids[0]) == {10, *range(13, 20)}
    assert (lists.movie_ids[1:] == -1).all()
    assert folded.movie_factors is fitted.movie_factors
    assert len(fitted.users) == 20


def test_a_new_movie_is_shown_to_those_whose_taste_it_is(fitted, two_tastes):
    since = Ratings.of([0, 1, 2, 10], [50, 50, 50, 60], [5.0, 5.0, 4.0, 1.0], np.arange(4), catalogue=[70])

    folded = fitted.fold_in_movies(since)

    lists = folded.recommend(np.array([5, 15]), 3, two_tastes)
    assert lists.movie_ids[:, 0].tolist() == [50, 60]
    assert not folded.movie_factors[folded.movies.positions([70])].any()
    assert folded.user_factors is fitted.user_factors


def test_fitting_leaves_the_threads_of_others_alone(two_tastes):
    before = threadpool_info()

    Ials(n_factors=4).fit(two_tastes, silent(two_tastes)).recommend(np.arange(20), 3, two_tastes)

    assert threadpool_info() == before
