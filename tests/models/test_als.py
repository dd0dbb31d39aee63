import numpy as np
import pytest
from threadpoolctl import threadpool_info

from models import als
from models.als import Als
from models.ratings import Ratings
from tests.catalogues import silent

N_MOVIES = 20


@pytest.fixture
def two_tastes():
    """Users 0 to 9 rate movies 0 to 9, users 10 to 19 the others; each leaves one movie of their taste out."""
    pairs = [(u, m) for u in range(20) for m in range(N_MOVIES) if u // 10 == m // 10 and (u - m) % 10 != 3]
    users, movies = np.array(pairs).T
    return Ratings.of(users, movies, np.full(len(users), 4.0), np.arange(len(users)), catalogue=[100])


def test_each_user_is_first_shown_the_movie_of_their_taste_they_missed(two_tastes):
    lists = (
        Als(n_factors=2, regularization=0.1).fit(two_tastes, silent(two_tastes)).recommend(np.arange(20), 1, two_tastes)
    )

    assert lists.movie_ids[:, 0].tolist() == [u // 10 * 10 + (u - 3) % 10 for u in range(20)]


def test_factors_minimise_the_stated_loss(two_tastes):
    model = Als(n_factors=2, n_epochs=300, regularization=0.5, confidence_per_star=0.5).fit(
        two_tastes, silent(two_tastes)
    )
    preference = two_tastes.matrix.toarray() > 0
    confidence = 1 + 0.5 * two_tastes.matrix.toarray()
    users, movies = model.user_factors.astype(np.float64), model.movie_factors.astype(np.float64)

    pull = confidence * (preference - users @ movies.T)  # at the minimum, regularization pulls back as much
    np.testing.assert_allclose(pull @ movies, 0.5 * users, atol=1e-4)
    np.testing.assert_allclose(pull.T @ users, 0.5 * movies, atol=1e-4)


def test_the_factors_do_not_depend_on_the_number_of_threads(monkeypatch, two_tastes):
    on_one_thread = Als(n_factors=4).fit(two_tastes, silent(two_tastes))
    monkeypatch.setattr(als, "MANY_RATINGS", 0)

    on_all = Als(n_factors=4).fit(two_tastes, silent(two_tastes))

    np.testing.assert_array_equal(on_all.user_factors, on_one_thread.user_factors)
    np.testing.assert_array_equal(on_all.movie_factors, on_one_thread.movie_factors)


def test_another_seed_gives_other_factors(two_tastes):
    first, second = (Als(n_factors=4, n_epochs=1, seed=seed).fit(two_tastes, silent(two_tastes)) for seed in (1, 2))

    assert not np.array_equal(first.user_factors, second.user_factors)


def test_a_user_without_ratings_is_a_stranger_and_has_an_empty_list(two_tastes):
    without_user_0 = two_tastes.where(two_tastes.user_index != 0)

    lists = (
        Als(n_factors=2, regularization=0.1)
        .fit(without_user_0, silent(without_user_0))
        .recommend(np.array([0, 12345, 10]), 1, two_tastes)
    )

    assert lists.movie_ids.tolist() == [[-1], [-1], [17]]


def test_a_movie_without_ratings_has_factors_of_zero(two_tastes):
    model = Als(n_factors=4, n_epochs=1).fit(two_tastes, silent(two_tastes))

    assert not model.movie_factors[two_tastes.movies.positions([100])].any()


def test_fitting_leaves_the_threads_of_others_alone(two_tastes):
    before = threadpool_info()

    Als(n_factors=4).fit(two_tastes, silent(two_tastes)).recommend(np.arange(20), 3, two_tastes)

    assert threadpool_info() == before


def test_folding_in_everyone_gives_what_the_fit_ended_with(two_tastes):
    model = Als(n_factors=2, n_epochs=300, regularization=0.5).fit(two_tastes, silent(two_tastes))

    folded = model.fold_in_users(two_tastes)

    np.testing.assert_allclose(folded.user_factors, model.user_factors, atol=1e-4)


def test_a_new_user_is_shown_their_taste_and_the_others_are_forgotten(two_tastes):
    model = Als(n_factors=2, regularization=0.1).fit(two_tastes, silent(two_tastes))
    history = Ratings.of([77, 77, 78], [11, 12, 999], [5.0, 4.5, 5.0], [0, 1, 2])

    folded = model.fold_in_users(history)

    lists = folded.recommend(np.array([77, 78, 0]), 8, history)
    assert set(lists.movie_ids[0]) == {10, *range(13, 20)}
    assert (lists.movie_ids[1:] == -1).all()
    assert folded.movie_factors is model.movie_factors
    assert len(model.users) == 20
