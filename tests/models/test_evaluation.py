from math import log2

import numpy as np
import pytest

from models.catalogue import describe
from models.evaluation import Evaluation, evaluate, pooled
from models.popularity import Popularity
from models.ratings import Ratings
from models.splits import Split, split_by_user
from tests.catalogues import silent


@pytest.fixture
def split():
    """Popularity ranks 1, 2, 3, 4. User 10 has rated 1 and goes on to 3; the others are not tested."""
    ratings = Ratings.of([20, 20, 20, 10, 30, 10], [1, 2, 3, 1, 2, 3], [4.0] * 6, [5] * 6, catalogue=[4])
    is_test = np.array([False] * 5 + [True])
    return Split("by_hand", ratings.where(~is_test), ratings.where(is_test), np.array([5, 5, 5]), n_users=1)


@pytest.fixture
def catalogue():
    """3 is a comedy, 2 and 4 are dramas."""
    return describe([1, 2, 3, 4], [""] * 4, [None] * 4, [[], ["Drama"], ["Comedy"], ["Drama"]], [[]] * 4)


@pytest.fixture
def evaluation(split, catalogue):
    return evaluate(Popularity().fit(split.train, catalogue), split, catalogue)


def test_figures_by_hand(evaluation):
    assert (evaluation.split, evaluation.n_users) == ("by_hand", 1)
    assert evaluation.user_ids.tolist() == [10]
    assert evaluation.means == pytest.approx(
        {
            "ndcg_at_10": 1 / log2(3),  # the list is 2, 3, 4
            "recall_at_20": 1,
            "map_at_10": 1 / 2,
            "mrr": 1 / 2,
            "hit_rate_at_10": 1,
            "coverage_at_10": 3 / 4,
            "novelty_at_10": (log2(3 / 2) + log2(3) + log2(3)) / 3,
        }
    )


def test_the_means_are_those_of_the_users(evaluation):
    for name, values in evaluation.per_user.items():
        assert values.shape == (1,)
        assert values.mean() == evaluation.means[name]


def test_a_user_counts_in_their_own_slice_only(evaluation):
    assert evaluation.slices["new_users"].tolist() == pytest.approx([1 / log2(3)])
    assert np.isnan(evaluation.slices["heavy_users"]).all()


def test_a_slice_of_movies_asks_for_its_own_movies_only(evaluation):
    assert evaluation.slices["genre_comedy"].tolist() == pytest.approx([1 / log2(3)])
    assert np.isnan(evaluation.slices["genre_drama"]).all()  # the user went on to none


def test_a_split_without_test_users_has_no_figures():
    split = split_by_user(Ratings.of([1], [10], [4.0], [0]))

    evaluation = evaluate(Popularity().fit(split.train, silent(split.train)), split, silent(split.train))

    assert evaluation.n_users == 0
    assert np.isnan([evaluation.means["ndcg_at_10"], evaluation.means["novelty_at_10"]]).all()


def test_an_evaluation_is_taken_back_from_its_arrays(evaluation):
    again = Evaluation.from_arrays("by_hand", {**evaluation.as_arrays(), "by_time/user_ids": np.array([1])})

    assert again.means == evaluation.means
    assert again.user_ids.tolist() == [10]
    assert again.slices.keys() == evaluation.slices.keys()


def one_metric(user_ids, ndcg, coverage):
    values = np.array(ndcg, float)
    return Evaluation("by_time", np.array(user_ids), {"ndcg_at_10": values}, {"new_users": values}, {"cover": coverage})


def test_over_several_cut_offs_each_user_counts_once():
    both = pooled([one_metric([1, 2], [1.0, 0.5], 0.2), one_metric([2, 3], [0.0, np.nan], 0.4)])

    assert both.user_ids.tolist() == [1, 2, 3]
    assert both.deciding.tolist() == pytest.approx([1.0, 0.25, np.nan], nan_ok=True)
    assert both.slices["new_users"].tolist() == pytest.approx([1.0, 0.25, np.nan], nan_ok=True)
    assert both.of_lists == pytest.approx({"cover": 0.3})
