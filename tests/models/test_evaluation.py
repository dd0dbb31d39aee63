from math import log2

import numpy as np
import pytest

from models.evaluation import evaluate
from models.popularity import Popularity
from models.ratings import Ratings
from models.splits import Split, split_by_user
from tests.catalogues import silent


@pytest.fixture
def split():
    """Popularity ranks 1, 2, 3, 4. User 10 has rated 1 and goes on to 3; the others are not tested."""
    ratings = Ratings.of([20, 20, 20, 10, 30, 10], [1, 2, 3, 1, 2, 3], [4.0] * 6, [5] * 6, catalogue=[4])
    is_test = np.array([False] * 5 + [True])
    return Split("by_hand", ratings.where(~is_test), ratings.where(is_test), n_users=1)


def test_figures_by_hand(split):
    evaluation = evaluate(Popularity().fit(split.train, silent(split.train)), split)

    assert (evaluation.model, evaluation.split, evaluation.n_users) == ("popularity", "by_hand", 1)
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


def test_the_means_are_those_of_the_users(split):
    evaluation = evaluate(Popularity().fit(split.train, silent(split.train)), split)

    for name, values in evaluation.per_user.items():
        assert values.shape == (1,)
        assert values.mean() == evaluation.means[name]


def test_a_split_without_test_users_has_no_figures():
    split = split_by_user(Ratings.of([1], [10], [4.0], [0]))

    evaluation = evaluate(Popularity().fit(split.train, silent(split.train)), split)

    assert evaluation.n_users == 0
    assert np.isnan([evaluation.means["ndcg_at_10"], evaluation.means["novelty_at_10"]]).all()
