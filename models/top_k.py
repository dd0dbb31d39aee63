"""The exact n best movies of every user at once, those already seen left out, ties by movie id.

Scores are computed block by block, a few hundred users by a few thousand movies, so that they stay in the cache and are
never all held. Movies are taken by falling norm: once norm(user) * norm(movie) cannot reach a user's n-th best score,
no later movie can (Cauchy-Schwarz) and the user is done. A score and its movie travel as one integer key that sorts
best first, so one comparison settles score and tie alike. It is all NumPy, which works outside the interpreter's lock:
threads share the users, and the result does not depend on how many there are.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from models.recommender import NO_MOVIE, TopLists, empty_lists

USERS_PER_BLOCK = 256
MOVIES_PER_BLOCK = 2048

Keys = NDArray[np.int64]
Scores = NDArray[np.float32]

_LOWEST = np.finfo(np.float32).min  # above -inf, so that a hidden score never passes it


class _Block(NamedTuple):
    """Movies from `start` to `stop` in order of falling norm."""

    start: int
    stop: int
    movies: NDArray[np.int64]
    factors: Scores
    reach: float  # no user of norm 1 scores any of these or later movies higher


def top_by_factors(
    user_factors: Scores, movie_factors: Scores, seen: sparse.csr_array, n: int, movie_ids: NDArray[np.int64]
) -> TopLists:
    """Return for each row of `user_factors` (n_users, n_factors) the n movies with the largest dot products.

    `movie_factors` is (n_movies, n_factors), `movie_ids` (n_movies) ascending, and a stored entry of `seen`
    (n_users, n_movies) keeps that movie out of that user's list. Factors are finite.
    """
    lists = empty_lists(len(user_factors), n)
    by_norm = np.argsort(-np.linalg.norm(movie_factors, axis=1), kind="stable")
    place = np.argsort(by_norm)
    blocks = list(_blocks(movie_factors, by_norm))
    ids = np.append(movie_ids, NO_MOVIE)  # an empty key holds the position -1

    def rank(first: int) -> None:
        users = slice(first, first + USERS_PER_BLOCK)
        hidden = seen[users].tocoo()
        by_place = np.sort(place[hidden.col] * USERS_PER_BLOCK + hidden.row)
        keys = _best_keys(user_factors[users], blocks, by_place, n)
        lists.movie_ids[users] = ids[keys.astype(np.int32)]
        lists.scores[users] = _scores(keys)

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(rank, range(0, len(user_factors), USERS_PER_BLOCK)))
    return lists


def top_by_ranking(scores: Scores, seen: sparse.csr_array, n: int, movie_ids: NDArray[np.int64]) -> TopLists:
    """Return for each row of `seen` the n best movies when everyone's score of a movie is the same.

    `scores` and `movie_ids` (ascending) are (n_movies); a stored entry of `seen` (n_users, n_movies) keeps that movie
    out of that user's list.
    """
    n_users, n_movies = seen.shape
    ranking = np.argsort(-scores, kind="stable")
    hidden = seen.tocoo()
    users, places = np.divmod(np.sort(hidden.row * np.int64(n_movies) + np.argsort(ranking)[hidden.col]), n_movies)
    n_hidden = np.diff(seen.indptr)
    open_before = places - np.arange(len(places)) + np.repeat(np.cumsum(n_hidden) - n_hidden, n_hidden)
    # A hidden movie with j open ones before it pushes the j-th open movie, and all after it, one place back.
    pushes = open_before < n
    pushed = np.bincount(users[pushes] * n + open_before[pushes], minlength=n_users * n).reshape(n_users, n)
    place = np.minimum(np.arange(n) + np.cumsum(pushed, axis=1), n_movies)
    return TopLists(
        np.append(movie_ids[ranking], NO_MOVIE)[place],
        np.append(scores[ranking], np.float32(-np.inf))[place],
    )


def top_by_scores(scores: Scores, seen: sparse.csr_array, n: int, movie_ids: NDArray[np.int64]) -> TopLists:
    """Return for each row of `scores` (n_users, n_movies), which are finite, the n movies with the largest.

    `movie_ids` is (n_movies) ascending, and a stored entry of `seen` (n_users, n_movies) keeps that movie out of that
    user's list. For models whose scores are no product of factors; the caller brings users in blocks that memory holds.
    """
    shown = scores + np.float32(0)  # a copy, in which -0.0 is 0.0
    hidden = seen.tocoo()
    shown[hidden.row, hidden.col] = -np.inf
    threshold = np.full(len(scores), _LOWEST)
    if shown.shape[1] > n:
        threshold = np.maximum(np.partition(shown, -n, axis=1)[:, -n], _LOWEST)
    empty = np.full((len(scores), n), _keys(np.float32(-np.inf), -1))
    keys = np.sort(_merge(empty, threshold, shown, np.arange(len(movie_ids))), axis=1)
    return TopLists(np.append(movie_ids, NO_MOVIE)[keys.astype(np.int32)], _scores(keys))


def _blocks(movie_factors: Scores, by_norm: NDArray[np.int64]) -> Iterator[_Block]:
    # The product's rounding may lift a score above the product of the norms by this much.
    slack = 1 + movie_factors.shape[1] * np.finfo(np.float32).eps
    for start in range(0, len(by_norm), MOVIES_PER_BLOCK):
        movies = by_norm[start : start + MOVIES_PER_BLOCK]
        factors = np.ascontiguousarray(movie_factors[movies].T)
        yield _Block(start, start + len(movies), movies, factors, slack * float(np.linalg.norm(factors[:, 0])))


def _best_keys(user_factors: Scores, blocks: list[_Block], hidden: NDArray[np.int64], n: int) -> Keys:
    """Return the (n_users, n) best keys of these users, sorted.

    `hidden` holds what to leave out, ascending: the movie's place in order of norm * USERS_PER_BLOCK + the user's row.
    """
    best = np.full((len(user_factors), n), _keys(np.float32(-np.inf), -1))
    threshold = np.full(len(user_factors), _LOWEST)
    norms = np.linalg.norm(user_factors, axis=1)
    for block in blocks:
        live = norms * block.reach >= threshold
        if not live.any():
            break
        scores = user_factors[live] @ block.factors
        begin, end = np.searchsorted(hidden, np.multiply((block.start, block.stop), USERS_PER_BLOCK))
        places, users = np.divmod(hidden[begin:end], USERS_PER_BLOCK)
        shown = live[users]
        scores[(np.cumsum(live) - 1)[users[shown]], places[shown] - block.start] = -np.inf
        if block.start == 0 and scores.shape[1] > n:
            threshold = np.maximum(np.partition(scores, -n, axis=1)[:, -n], _LOWEST)
        best[live] = _merge(best[live], threshold[live], scores, block.movies)
        threshold[live] = np.maximum(_scores(best[live].max(axis=1)), _LOWEST)
    return np.sort(best, axis=1)


def _merge(best: Keys, threshold: Scores, scores: Scores, movies: NDArray[np.int64]) -> Keys:
    """Return each row's n best keys, in no order, of those in `best` and the scores that reach its threshold."""
    n_rows, n = best.shape
    hits = np.flatnonzero(scores >= threshold[:, None])
    if not hits.size:
        return best
    rows, columns = np.divmod(hits, scores.shape[1])
    n_hits = np.bincount(rows, minlength=n_rows)
    place = np.arange(len(hits)) - np.repeat(np.cumsum(n_hits) - n_hits, n_hits)
    candidates = np.full((n_rows, n + n_hits.max()), _keys(np.float32(-np.inf), -1))
    candidates[:, :n] = best
    candidates[rows, n + place] = _keys(scores.ravel()[hits], movies[columns])
    return np.partition(candidates, n - 1, axis=1)[:, :n]


def _keys(scores: Scores | np.float32, movies: NDArray[np.int64] | int) -> Keys:
    """Return integers whose ascending order is by falling score, then by rising movie position."""
    bits = np.asarray(scores).view(np.int32)
    ascending = bits ^ ((bits >> 31) & 0x7FFFFFFF)
    return ((~ascending).astype(np.int64) << 32) | (np.asarray(movies, np.int64) & 0xFFFFFFFF)


def _scores(keys: Keys) -> Scores:
    """Return the scores in `keys`, -inf from an empty one."""
    ascending = ~(keys >> 32).astype(np.int32)
    return (ascending ^ ((ascending >> 31) & 0x7FFFFFFF)).view(np.float32)
