import numpy as np
import pytest
from hypothesis import given, settings, strategies
from scipy import sparse

from models import top_k
from models.top_k import top_by_factors, top_by_ranking, top_by_scores
from tests.models.all_scores import best_of_all, random_seen, whole_numbers


@settings(max_examples=60, deadline=None)
@given(
    seed=strategies.integers(0, 2**32 - 1),
    n_users=strategies.integers(0, 70),
    n_movies=strategies.integers(0, 600),
    n=strategies.integers(1, 120),
    most=strategies.sampled_from([0, 1, 3, 50]),
    share_seen=strategies.sampled_from([0.0, 0.1, 0.9, 1.0]),
    movies_per_block=strategies.integers(1, 300),
)
def test_lists_are_those_of_all_scores_in_double_precision(
    seed, n_users, n_movies, n, most, share_seen, movies_per_block
):
    rng = np.random.default_rng(seed)
    users, movies = whole_numbers(rng, n_users, n_movies, most)
    seen = random_seen(rng, n_users, n_movies, share_seen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(top_k, "MOVIES_PER_BLOCK", movies_per_block)
        by_factors = top_by_factors(users, movies, seen, n, np.arange(n_movies))
        by_scores = top_by_scores(users @ movies.T, seen, n, np.arange(n_movies))

    positions, best = best_of_all(users.astype(np.float64) @ movies.T.astype(np.float64), seen, n)
    for lists in (by_factors, by_scores):
        np.testing.assert_array_equal(lists.movie_ids, positions)
        np.testing.assert_array_equal(lists.scores, best)


@pytest.mark.parametrize("order", [np.arange, lambda n: -np.arange(n), np.zeros, lambda n: np.arange(n) % 20])
def test_scores_in_an_order_that_makes_many_candidates_are_selected_all_the_same(order):
    scores = np.tile(order(5_000).astype(np.float32), (3, 1))
    seen = random_seen(np.random.default_rng(1), 3, 5_000)

    lists = top_by_scores(scores, seen, 10, np.arange(5_000))

    positions, best = best_of_all(scores, seen, 10)
    np.testing.assert_array_equal(lists.movie_ids, positions)
    np.testing.assert_array_equal(lists.scores, best)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("n_users", "n_movies", "n"), [(50, 300, 20), (20, 15, 40), (1, 1, 1), (200, 3, 2)])
def test_a_ranking_gives_what_all_scores_sorted_would(n_users, n_movies, n, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-5, 5, n_movies).astype(np.float32)
    seen = random_seen(rng, n_users, n_movies, share=0.4)

    lists = top_by_ranking(scores, seen, n, np.arange(n_movies))

    positions, best = best_of_all(np.broadcast_to(scores, (n_users, n_movies)), seen, n)
    np.testing.assert_array_equal(lists.movie_ids, positions)
    np.testing.assert_array_equal(lists.scores, best)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("n_users", "n_movies", "n"), [(50, 300, 20), (20, 15, 40), (1, 1, 1), (200, 3, 3)])
def test_scores_give_what_all_of_them_sorted_would(n_users, n_movies, n, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-5, 5, (n_users, n_movies)).astype(np.float32)
    seen = random_seen(rng, n_users, n_movies, share=0.4)

    lists = top_by_scores(scores, seen, n, np.arange(n_movies))

    positions, best = best_of_all(scores, seen, n)
    np.testing.assert_array_equal(lists.movie_ids, positions)
    np.testing.assert_array_equal(lists.scores, best)


def test_a_score_of_minus_zero_ties_with_zero():
    lists = top_by_scores(np.array([[-0.0, 0.0]], np.float32), sparse.csr_array((1, 2)), 2, np.array([7, 8]))

    assert lists.movie_ids.tolist() == [[7, 8]]


def test_choosing_leaves_the_scores_as_they_were():
    scores = np.ones((1, 2), np.float32)

    top_by_scores(scores, sparse.csr_array([[1, 0]]), 1, np.arange(2))

    assert scores.tolist() == [[1, 1]]


def test_nobody_has_no_lists():
    nobody = sparse.csr_array((0, 3))

    assert top_by_factors(np.ones((0, 2), np.float32), np.ones((3, 2), np.float32), nobody, 2, np.arange(3))[
        0
    ].shape == (0, 2)
    assert top_by_ranking(np.ones(3, np.float32), nobody, 2, np.arange(3)).movie_ids.shape == (0, 2)
    assert top_by_scores(np.ones((0, 3), np.float32), nobody, 2, np.arange(3)).movie_ids.shape == (0, 2)
