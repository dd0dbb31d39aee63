"""How good lists are, from which of their movies the users went on to rate.

`hits` is bool of shape (n_users, n): whether the movie at that rank is one of the user's test movies; the padding of a
short list is no hit. `n_relevant` (n_users) counts all test movies of each user. Per-user metrics are float64 of shape
(n_users,), 0 (worst) to 1 (best), and NaN for a user without test movies: there was nothing to find.
"""

import numpy as np
from numpy.typing import NDArray

from models.ratings import Ratings
from models.recommender import NO_MOVIE

Hits = NDArray[np.bool_]
Counts = NDArray[np.int64]
PerUser = NDArray[np.float64]

USERS_AT_A_TIME = 256
"""A row of the whole catalogue for each of so many users stays in the processor's cache."""


def find_hits(user_ids: NDArray[np.int64], movie_ids: NDArray[np.int64], test: Ratings) -> Hits:
    """Tell for each place of the lists `movie_ids` (n_users, n) whether `test` holds that user and movie."""
    relevant = test.of_users(user_ids, test.movies)
    column = test.movies.positions(movie_ids)  # the last, which stays false, where the test does not know the movie
    hits = np.empty(movie_ids.shape, np.bool_)
    is_relevant = np.zeros((USERS_AT_A_TIME, len(test.movies) + 1), np.bool_)
    for first in range(0, len(user_ids), USERS_AT_A_TIME):
        users = slice(first, first + USERS_AT_A_TIME)
        rows = relevant[users].tocoo()
        is_relevant[rows.row, rows.col] = True
        hits[users] = np.take_along_axis(is_relevant[: rows.shape[0]], column[users], axis=1)
        is_relevant[rows.row, rows.col] = False
    return hits


def ndcg(hits: Hits, n_relevant: Counts, k: int = 10) -> PerUser:
    """Return the discounted cumulative gain over the best one possible (Jarvelin and Kekalainen 2002), binary gains.

    DCG@k sums 1 / log2(rank + 1) over the hits, ranks from 1. The ideal is truncated: it has its hits at ranks 1 to
    min(k, n_relevant), so a list whose first k are all hits scores 1.
    """
    gains = 1 / np.log2(np.arange(k) + 2)
    found = hits[:, :k] @ gains[: hits.shape[1]]
    ideal = np.concatenate([[0.0], np.cumsum(gains)])[np.minimum(n_relevant, k)]
    return _share(found, ideal)


def recall(hits: Hits, n_relevant: Counts, k: int = 20) -> PerUser:
    """Return the share of the test movies that the first k hold: hits / n_relevant (not truncated to k)."""
    return _share(hits[:, :k].sum(axis=1), n_relevant)


def average_precision(hits: Hits, n_relevant: Counts, k: int = 10) -> PerUser:
    """Return AP@k, whose mean over users is MAP@k: precision at each hit's rank, summed, over min(k, n_relevant)."""
    first = hits[:, :k]
    precision = np.cumsum(first, axis=1) / np.arange(1, first.shape[1] + 1)
    return _share((precision * first).sum(axis=1), np.minimum(n_relevant, k))


def reciprocal_rank(hits: Hits, n_relevant: Counts) -> PerUser:
    """Return 1 / rank of the first hit, 0 without one (Voorhees 1999); the mean over users is MRR, over whole lists."""
    rank = np.argmax(hits, axis=1) + 1
    return np.where(n_relevant > 0, hits.any(axis=1) / rank, np.nan)


def hit_rate(hits: Hits, n_relevant: Counts, k: int = 10) -> PerUser:
    """Return 1 for a user with at least one hit among the first k, else 0."""
    return np.where(n_relevant > 0, hits[:, :k].any(axis=1), np.nan)


def coverage(movie_ids: NDArray[np.int64], n_movies: int, k: int = 10) -> float:
    """Return the share of a catalogue of `n_movies` that is in the first k of anyone's list."""
    listed = np.unique(movie_ids[:, :k])
    return np.count_nonzero(listed != NO_MOVIE) / n_movies


def novelty(movie_ids: NDArray[np.int64], train: Ratings, k: int = 10) -> float:
    """Return the mean self-information, in bits, of the movies in the first k of all lists (Zhou et al. 2010).

    A movie that c of the U users with training ratings have rated carries log2(U / c) bits: 0 if everyone has. One that
    nobody has counts as c = 1. NaN if all lists are empty.
    """
    n_ratings = np.bincount(train.movie_index, minlength=len(train.movies))
    n_users = np.unique(train.user_index).size
    listed = movie_ids[:, :k][movie_ids[:, :k] != NO_MOVIE]
    if not listed.size:
        return float("nan")
    return float(np.mean(np.log2(n_users / np.maximum(n_ratings[train.movies.positions(listed)], 1))))


def _share(part: NDArray, whole: NDArray) -> PerUser:
    """Return part / whole, NaN where there is no whole."""
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
