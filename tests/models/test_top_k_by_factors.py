import numpy as np
import pytest
from scipy import sparse

from models import top_k
from models.recommender import TopLists
from models.top_k import top_by_factors
from tests.models.all_scores import best_of_all, random_factors, random_seen, whole_numbers

SHAPES = [  # users, movies, factors, n
    (300, 5_000, 8, 10),
    (40, 2_500, 16, 100),
    (5, 30, 4, 100),  # n is longer than the catalogue
    (3, 2_100, 4, 2_100),
    (1, 1, 1, 1),
]


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
