import numpy as np
import pytest
from scipy import stats

from models.bootstrap import MOST_GROUPS, intervals


@pytest.mark.parametrize("n_users", [400, 10 * MOST_GROUPS])
def test_the_interval_is_as_wide_as_the_spread_of_the_mean(n_users):
    values = np.random.default_rng(1).exponential(1, (n_users, 1))

    (interval,) = intervals(values)

    half = 1.96 * values.std() / np.sqrt(n_users)
    assert interval.mean == pytest.approx(values.mean())
    assert interval.high - interval.low == pytest.approx(2 * half, rel=0.06)
    assert interval.low < values.mean() < interval.high


def test_it_agrees_with_another_implementation():
    values = np.random.default_rng(2).normal(0.1, 1, 200)

    (interval,) = intervals(values[:, None], confidence=0.9)

    other = stats.bootstrap((values,), np.mean, confidence_level=0.9, method="percentile", rng=3).confidence_interval
    assert (interval.low, interval.high) == pytest.approx((other.low, other.high), abs=0.01)


def test_a_user_who_does_not_count_changes_nothing():
    values = np.array([0.0, 1.0] * 20)

    alone, among = intervals(np.column_stack([values])), intervals(np.concatenate([values, [np.nan] * 7])[:, None])

    assert among[0].mean == alone[0].mean == 0.5
    assert among[0].low == pytest.approx(alone[0].low, abs=0.03)


def test_equal_models_differ_by_nothing_at_all():
    assert intervals(np.zeros((50, 1))) == [(0, 0, 0)]


def test_a_column_without_users_has_no_interval():
    (known, unknown) = intervals(np.array([[1.0, np.nan], [3.0, np.nan]]))

    assert known.mean == 2
    assert np.isnan(unknown).all()
    assert np.isnan(intervals(np.empty((0, 1)))).all()


def test_the_same_seed_gives_the_same_bounds():
    values = np.random.default_rng(4).normal(0, 1, (3 * MOST_GROUPS, 2))

    assert intervals(values, seed=5) == intervals(values, seed=5) != intervals(values, seed=6)
