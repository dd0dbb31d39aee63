import numpy as np
import pytest
from hypothesis import given, settings, strategies
from scipy import sparse

from models import top_k
from models.recommender import TopLists
from models.top_k import top_by_factors, top_by_ranking, top_by_scores

SHAPES = [  # users, movies, factors, n
    (300, 5_000, 8, 10),
    (40, 2_500, 16, 100),
    (5, 30, 4, 100),  # n is longer than the catalogue
    (3, 2_100, 4, 2_100),
    (1, 1, 1, 1),
]


def random_factors(rng, n_users, n_movies, n_factors):
    """Factors as models learn them: norms far apart, some rows all zero, some alike."""
    users, movies = rng.normal(size=(n_users, n_factors)), rng.normal(size=(n_movies, n_factors))
    movies *= rng.lognormal(size=(n_movies, 1))
    movies[::7] = 0
    movies[1::5] = movies[1 % n_movies]
    users[-1] = 0
    return users.astype(np.float32), movies.astype(np.float32)


def random_seen(rng, n_users, n_movies, share=0.1):
    return sparse.csr_array(rng.random((n_users, n_movies)) < share, dtype=np.float32)


def best_of_all(scores, seen, n):
    """Every score, seen ones out, sorted: what the fast way must find. Returns movie positions and scores."""
    scores = np.where(seen.toarray() > 0, -np.inf, scores)
    scores = np.pad(scores, ((0, 0), (0, max(0, n - scores.shape[1]))), constant_values=-np.inf)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    best = np.take_along_axis(scores, order, axis=1)
    return np.where(np.isfinite(best), order, -1), best


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("n_users", "n_movies", "n_factors", "n"), SHAPES)
def test_factors_give_what_all_scores_sorted_would(n_users, n_movies, n_factors, n, seed):
    rng = np.random.default_rng(seed)
    users, movies = random_factors(rng, n_users, n_movies, n_factors)
    seen, ids = random_seen(rng, n_users, n_movies), np.arange(n_movies) * 3 + 1

    lists = top_by_factors(users, movies, seen, n, ids)

    exact = users.astype(np.float64) @ movies.astype(np.float64).T
    _, best = best_of_all(exact, seen, n)
    np.testing.assert_allclose(lists.scores, best, rtol=1e-4, atol=1e-5)
    rows, columns = np.nonzero(lists.movie_ids != -1)
    listed = (lists.movie_ids[rows, columns] - 1) // 3
    np.testing.assert_allclose(exact[rows, listed], lists.scores[rows, columns], rtol=1e-4, atol=1e-5)
    assert not seen.toarray()[rows, listed].any()
    assert len({*zip(rows, listed, strict=True)}) == len(rows) == np.isfinite(best).sum()


def whole_numbers(rng, n_users, n_movies, most=3, n_factors=3):
    """Factors whose products are exact, so that ties are ties, of which there are many; some are -0.0."""
    users, movies = (rng.integers(-most, most + 1, size=(n, n_factors)).astype(np.float32) for n in (n_users, n_movies))
    users[:1] = -0.0
    return users, movies


@pytest.mark.parametrize(("users_per_block", "movies_per_block"), [(1, 1), (7, 10), (64, 64)])
def test_whole_number_scores_give_the_very_same_lists_whatever_the_blocks(
    monkeypatch, users_per_block, movies_per_block
):
    monkeypatch.setattr(top_k, "USERS_PER_BLOCK", users_per_block)
    monkeypatch.setattr(top_k, "MOVIES_PER_BLOCK", movies_per_block)
    rng = np.random.default_rng(8)
    users, movies = whole_numbers(rng, 30, 200)
    seen = random_seen(rng, 30, 200)

    lists = top_by_factors(users, movies, seen, 25, np.arange(200))

    positions, best = best_of_all(users @ movies.T, seen, 25)
    np.testing.assert_array_equal(lists.movie_ids, positions)
    np.testing.assert_array_equal(lists.scores, best)


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


@pytest.mark.parametrize("scale", [1e-18, 1e15])
def test_very_small_and_very_large_norms_change_nothing(scale):
    rng = np.random.default_rng(3)
    users, movies = random_factors(rng, 50, 4_100, 8)
    seen, ids = random_seen(rng, 50, 4_100), np.arange(4_100)
    scale = np.float32(2.0 ** np.round(np.log2(scale)))  # which no product rounds otherwise

    usual = top_by_factors(users, movies, seen, 20, ids)
    scaled = top_by_factors(users * scale, movies * scale, seen, 20, ids)

    np.testing.assert_array_equal(scaled.movie_ids, usual.movie_ids)
    np.testing.assert_array_equal(scaled.scores, usual.scores * scale * scale)


@pytest.mark.parametrize("order", [np.arange, lambda n: -np.arange(n), np.zeros, lambda n: np.arange(n) % 20])
def test_scores_in_an_order_that_makes_many_candidates_are_selected_all_the_same(order):
    scores = np.tile(order(5_000).astype(np.float32), (3, 1))
    seen = random_seen(np.random.default_rng(1), 3, 5_000)

    lists = top_by_scores(scores, seen, 10, np.arange(5_000))

    positions, best = best_of_all(scores, seen, 10)
    np.testing.assert_array_equal(lists.movie_ids, positions)
    np.testing.assert_array_equal(lists.scores, best)


def test_neither_the_number_of_threads_nor_a_users_company_changes_a_bit(monkeypatch):
    rng = np.random.default_rng(5)
    users, movies = random_factors(rng, 600, 4_500, 64)
    seen, ids = random_seen(rng, 600, 4_500, share=0.02), np.arange(4_500)
    together = top_by_factors(users, movies, seen, 50, ids)

    monkeypatch.setattr("os.cpu_count", lambda: 1)
    by_one_thread = top_by_factors(users, movies, seen, 50, ids)
    some = rng.permutation(600)[:37]
    in_other_company = [top_by_factors(users[part], movies, seen[part], 50, ids) for part in (some[:1], some[1:])]

    for alone, all_alone in zip(zip(*in_other_company, strict=True), together, strict=True):
        np.testing.assert_array_equal(np.concatenate(alone), all_alone[some])
    for one, many in zip(by_one_thread, together, strict=True):
        np.testing.assert_array_equal(one, many)


def test_factors_mapped_from_files_give_the_same_lists(tmp_path):
    rng = np.random.default_rng(6)
    users, movies = random_factors(rng, 300, 2_500, 16)
    seen, ids = random_seen(rng, 300, 2_500), np.arange(2_500)
    np.save(tmp_path / "users.npy", users)
    np.save(tmp_path / "movies.npy", movies)
    mapped = [np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("users", "movies")]

    lists = top_by_factors(*mapped, seen, 10, ids)

    for found, expected in zip(lists, top_by_factors(users, movies, seen, 10, ids), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_lists_are_written_where_they_are_wanted_and_nowhere_else(tmp_path):
    movie_ids = np.lib.format.open_memmap(tmp_path / "movie_ids.npy", "w+", np.int64, (4, 2))
    into = TopLists(movie_ids, np.zeros((4, 2), np.float32))
    users, movies = np.array([[1], [-1]], np.float32), np.array([[2], [1], [3]], np.float32)

    lists = top_by_factors(users, movies, sparse.csr_array((2, 3)), 2, np.array([5, 6, 7]), into, np.array([3, 1]))

    assert lists is into
    assert np.load(tmp_path / "movie_ids.npy").tolist() == [[0, 0], [6, 5], [0, 0], [7, 5]]
    assert into.scores.tolist() == [[0, 0], [-1, -2], [0, 0], [3, 2]]


def test_a_user_who_has_seen_everything_has_an_empty_list():
    lists = top_by_factors(
        np.ones((2, 1), np.float32),
        np.ones((3, 1), np.float32),
        sparse.csr_array([[1, 1, 1], [0, 1, 0]]),
        2,
        np.arange(3),
    )

    assert lists.movie_ids.tolist() == [[-1, -1], [0, 2]]
    assert lists.scores.tolist() == [[-np.inf, -np.inf], [1, 1]]


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
