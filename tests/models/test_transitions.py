import numpy as np
import pytest

from models import transitions
from models.ratings import Ratings
from models.recommender import NO_MOVIE
from models.transitions import Transitions
from tests.catalogues import silent


def rated(*histories, catalogue=(1, 2, 3, 4, 5)):
    """User u rates the u-th of `histories` one day after the other."""
    rows = [(user, movie, day * 86_400) for user, movies in enumerate(histories) for day, movie in enumerate(movies)]
    users, movies, seconds = zip(*rows, strict=True)
    return Ratings.of(users, movies, [4.0] * len(rows), seconds, catalogue)


def fit(ratings, **parameters):
    return Transitions(**{"shrinkage": 0.0, "popularity_weight": 0.0, **parameters}).fit(ratings, silent(ratings))


def scores_of(model, history, user_id=0):
    lists = model.recommend(np.array([user_id]), 5, history)
    return {m: s for m, s in zip(*(part[0].tolist() for part in lists), strict=True) if m != NO_MOVIE}


def test_what_others_rated_next_comes_first():
    ratings = rated([1, 2], [1, 2], [3, 4], [5, 1])

    assert fit(ratings).recommend(np.array([3]), 1, ratings).movie_ids.tolist() == [[2]]


def test_what_others_rated_before_does_not_follow():
    ratings = rated([1, 2], [2, 1, 3], [2])

    assert scores_of(fit(ratings, n_recent=1), rated([2]))[3] > scores_of(fit(ratings, n_recent=1), rated([4]))[3]
    assert scores_of(fit(rated([1, 2])), rated([2]))[1] == 0


def test_chances_are_those_of_the_formula():
    ratings = rated([1, 2, 3], [1, 3], [3])

    scores = scores_of(fit(ratings, shrinkage=0.5), rated([1]))

    assert scores[2] == pytest.approx(1 / (np.sqrt(2 * 1) + 0.5))
    assert scores[3] == pytest.approx((1 / np.sqrt(2) + 1) / (np.sqrt(2 * 3) + 0.5))


def test_steps_further_apart_than_n_steps_do_not_count():
    assert scores_of(fit(rated([1, 2, 3]), n_steps=1), rated([1])) == pytest.approx({2: 1.0, 3: 0, 4: 0, 5: 0})


def test_newer_ratings_count_more_and_old_ones_not_at_all():
    ratings = rated([1, 2], [3, 4])

    assert scores_of(fit(ratings), rated([1, 3])) == pytest.approx({4: 1.0, 2: 1 / np.sqrt(2), 5: 0})
    assert scores_of(fit(ratings, n_recent=1), rated([1, 3])) == pytest.approx({4: 1.0, 2: 0, 5: 0})


def test_only_the_largest_chances_of_a_movie_are_kept():
    ratings = rated([1, 2, 3])

    assert scores_of(fit(ratings, n_kept=1), rated([1])) == pytest.approx({2: 1.0, 3: 0, 4: 0, 5: 0})


def test_popularity_decides_where_nothing_follows():
    ratings = rated([1, 2], [2])

    assert scores_of(fit(ratings, popularity_weight=0.1), rated([5])) == pytest.approx({2: 0.1, 1: 0.05, 3: 0, 4: 0})


def test_a_user_who_joined_after_the_fit_is_known_by_their_history():
    model = fit(rated([1, 2], [1, 2]))

    since = Ratings.of([77], [1], [5.0], [10**9], [1, 2, 3, 4, 5])
    assert model.recommend(np.array([77, 78]), 1, since).movie_ids.tolist() == [[2], [NO_MOVIE]]


def test_chances_do_not_depend_on_how_many_are_worked_out_at_a_time(monkeypatch):
    ratings = rated([1, 2, 3, 4], [2, 1, 5], [3, 5, 1, 2], [4, 4 - 1])
    at_once = fit(ratings).chances.toarray()
    monkeypatch.setattr(transitions, "RATINGS_PER_BLOCK", 2)

    np.testing.assert_array_equal(fit(ratings).chances.toarray(), at_once)
