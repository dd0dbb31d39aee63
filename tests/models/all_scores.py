"""The slow way to the best movies, and numbers to choose by."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.floating]


def random_factors(rng: Generator, n_users: int, n_movies: int, n_factors: int) -> tuple[Floats, Floats]:
    """Return factors as models learn them: norms far apart, some rows all zero, some alike."""
    users, movies = rng.normal(size=(n_users, n_factors)), rng.normal(size=(n_movies, n_factors))
    movies *= rng.lognormal(size=(n_movies, 1))
    movies[::7] = 0
    movies[1::5] = movies[1 % n_movies]
    users[-1] = 0
    return users.astype(np.float32), movies.astype(np.float32)


def random_seen(rng: Generator, n_users: int, n_movies: int, share: float = 0.1) -> sparse.csr_array:
    """Return which movies users have seen, a share of all."""
    return sparse.csr_array(rng.random((n_users, n_movies)) < share, dtype=np.float32)


def best_of_all(scores: Floats, seen: sparse.csr_array, n: int) -> tuple[NDArray[np.int64], Floats]:
    """Sort every score, seen ones out, which the fast way must find too; return movie positions and scores."""
    scores = np.where(seen.toarray() > 0, -np.inf, scores)
    scores = np.pad(scores, ((0, 0), (0, max(0, n - scores.shape[1]))), constant_values=-np.inf)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    best = np.take_along_axis(scores, order, axis=1)
    return np.where(np.isfinite(best), order, -1), best


def whole_numbers(
    rng: Generator, n_users: int, n_movies: int, most: int = 3, n_factors: int = 3
) -> tuple[Floats, Floats]:
    """Return factors whose products are exact, so that ties are ties, of which there are many; some are -0.0."""
    users, movies = (rng.integers(-most, most + 1, size=(n, n_factors)).astype(np.float32) for n in (n_users, n_movies))
    users[:1] = -0.0
    return users, movies
