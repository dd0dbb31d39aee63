from math import log2

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from models import metrics
from models.ratings import Ratings

HIT, MISS = True, False


def hits(*rows):
    return np.array(rows, np.bool_)


def test_hits_are_test_movies_of_that_user():
    test = Ratings.of([1, 1, 2], [10, 40, 30], [4, 1, 4], [0, 0, 0], catalogue=[20])
    movie_ids = np.array([[30, 40, 10], [30, 20, -1], [10, 20, 30]])

    found = metrics.find_hits(np.array([1, 2, 99]), movie_ids, test)

    assert found.tolist() == [[MISS, HIT, HIT], [HIT, MISS, MISS], [MISS, MISS, MISS]]


def test_a_movie_the_test_does_not_know_is_no_hit():
    assert not metrics.find_hits(np.array([1]), np.array([[77]]), Ratings.of([1], [10], [4], [0])).any()


def test_ndcg_by_hand():
    found = hits([HIT, MISS, HIT], [MISS, MISS, HIT], [MISS, MISS, MISS])

    by_hand = [(1 + 1 / log2(4)) / (1 + 1 / log2(3)), 1 / log2(4), 0]
    assert metrics.ndcg(found, np.array([2, 1, 5]), k=3).tolist() == pytest.approx(by_hand)


def test_ndcg_of_a_list_full_of_hits_is_one_however_many_there_were_to_find():
    assert metrics.ndcg(hits([HIT] * 3), np.array([50]), k=3).tolist() == pytest.approx([1])


def test_recall_by_hand():
    found = hits([HIT, MISS, HIT, HIT], [MISS, MISS, MISS, HIT])

    assert metrics.recall(found, np.array([6, 1]), k=3).tolist() == pytest.approx([2 / 6, 0])


def test_average_precision_by_hand():
    found = hits([HIT, MISS, HIT], [MISS, HIT, HIT])

    by_hand = [(1 / 1 + 2 / 3) / 3, (1 / 2 + 2 / 3) / 2]
    assert metrics.average_precision(found, np.array([4, 2]), k=3).tolist() == pytest.approx(by_hand)


def test_reciprocal_rank_by_hand():
    found = hits([MISS, MISS, HIT, HIT], [HIT, MISS, MISS, MISS], [MISS] * 4)

    assert metrics.reciprocal_rank(found, np.array([2, 1, 1])).tolist() == pytest.approx([1 / 3, 1, 0])


def test_hit_rate_by_hand():
    found = hits([MISS, HIT, HIT], [MISS, MISS, HIT])

    assert metrics.hit_rate(found, np.array([2, 1]), k=2).tolist() == [1, 0]


PER_USER = [metrics.ndcg, metrics.recall, metrics.average_precision, metrics.reciprocal_rank, metrics.hit_rate]


@pytest.mark.parametrize("metric", PER_USER)
def test_a_user_without_test_movies_has_no_figure(metric):
    assert np.isnan(metric(hits([MISS, MISS]), np.array([0]))).all()


@pytest.mark.parametrize("metric", PER_USER)
def test_a_list_shorter_than_k_is_as_one_padded_with_misses(metric):
    short, padded = hits([HIT, MISS, HIT]), hits([HIT, MISS, HIT, *[MISS] * 27])

    assert metric(short, np.array([4])) == pytest.approx(metric(padded, np.array([4])))


def plain(row, n_relevant):
    """The same metrics for one user, a rank at a time."""
    dcg = ideal = precisions = first = n_found = 0
    for rank, hit in enumerate(row, start=1):
        if rank <= 10:
            dcg += hit / log2(rank + 1)
            ideal += (rank <= n_relevant) / log2(rank + 1)
            precisions += hit * sum(row[:rank]) / rank
        if hit and not first:
            first = 1 / rank
        n_found += hit and rank <= 20
    return dcg / ideal, n_found / n_relevant, precisions / min(10, n_relevant), first, float(any(row[:10]))


@pytest.mark.parametrize("seed", range(5))
def test_metrics_agree_with_a_plain_reckoning(seed):
    rng = np.random.default_rng(seed)
    found = rng.random((200, 30)) < rng.random((200, 1)) ** 2
    n_relevant = np.maximum(found.sum(axis=1), 1) + rng.integers(0, 15, 200)

    figures = np.transpose([metric(found, n_relevant) for metric in PER_USER])

    expected = [plain(row.tolist(), n) for row, n in zip(found, n_relevant.tolist(), strict=True)]
    np.testing.assert_allclose(figures, expected)


def test_coverage_counts_each_movie_once_and_padding_never():
    assert metrics.coverage(np.array([[1, 2, 3], [2, 4, -1]]), n_movies=10, k=2) == 0.3


def test_novelty_is_in_bits():
    train = Ratings.of([1, 2, 3, 4, 1], [10, 10, 10, 10, 20], [4] * 5, [0] * 5, catalogue=[30])

    assert metrics.novelty(np.array([[10, 20, -1]]), train) == pytest.approx((0 + 2) / 2)
    assert metrics.novelty(np.array([[30]]), train) == pytest.approx(2)  # as if one user had rated it


def test_novelty_of_empty_lists_is_unknown():
    assert np.isnan(metrics.novelty(np.array([[-1]]), Ratings.of([1], [10], [4], [0])))


def plain_figures(found, n_relevant):
    """The same metrics as loops over one list after another, for comparison."""
    ranks = [rank for rank, hit in enumerate(found, start=1) if hit]
    first_ten = [rank for rank in ranks if rank <= 10]
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(n_relevant, 10) + 1))
    return {
        "ndcg": sum(1 / log2(rank + 1) for rank in first_ten) / ideal,
        "recall": len([rank for rank in ranks if rank <= 20]) / n_relevant,
        "average_precision": sum((i + 1) / rank for i, rank in enumerate(first_ten)) / min(n_relevant, 10),
        "reciprocal_rank": 1 / ranks[0] if ranks else 0,
        "hit_rate": float(bool(first_ten)),
    }


@pytest.mark.parametrize("metric", ["ndcg", "recall", "average_precision", "reciprocal_rank", "hit_rate"])
def test_every_metric_agrees_with_a_plain_implementation(metric):
    found = np.random.default_rng(7).random((200, 100)) < 0.08
    n_relevant = found.sum(axis=1) + np.arange(200) % 7 + 1

    values = getattr(metrics, metric)(found, n_relevant)

    assert values.tolist() == pytest.approx(
        [plain_figures(*user)[metric] for user in zip(found, n_relevant.tolist(), strict=True)]
    )


def test_ndcg_agrees_with_the_one_of_another_library():
    found = np.random.default_rng(8).random((50, 30)) < 0.2
    found[:, 0] = True  # the other library has no value for a user without anything to find

    values = metrics.ndcg(found, found.sum(axis=1), k=10)

    by_rank = -np.arange(30) * np.ones((50, 1))
    others = [ndcg_score([hits], [scores], k=10) for hits, scores in zip(found, by_rank, strict=True)]
    assert values.tolist() == pytest.approx(others)
