"""The exact n best movies of every user at once, those already seen left out, ties by movie id.

Scores are computed block by block, a few hundred users by a few thousand movies, so that they stay in the cache and are
never all held. Movies are taken by falling norm: once norm(user) * norm(movie) cannot reach a user's n-th best score,
no later movie can (Cauchy-Schwarz) and the user is done. BLAS multiplies and compiled code selects, both outside the
interpreter's lock: threads share the users, and neither their number nor a user's company changes a bit of a list.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from math import ceil
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import ThreadpoolController

from models.recommender import NO_MOVIE, TopLists, empty_lists
from models.selection import EMPTY, Integers, Keys, Scores, collect, hide, positions_of, scores_of

USERS_PER_BLOCK = 512
MOVIES_PER_BLOCK = 4000  # a power of two would be slow: scores of a movie would share their place in the cache
USERS_PER_PRODUCT = 64
"""BLAS is given a multiple of so many users; it sums few rows in another order, which gives other bits."""


class _Block(NamedTuple):
    """The movies taken from `start` on, as positions by id, and their factors (n_factors, n_movies) if they have any.

    No user of norm 1 scores any of these, or of the movies of later blocks, higher than `reach`.
    """

    start: int
    movies: Integers
    factors: Scores
    reach: float


class _Search(NamedTuple):
    """Movies in the order they are taken, what tells users' norms, and what writes users' scores for a block."""

    blocks: list[_Block]
    norms_of: Callable[[NDArray[np.int64]], NDArray[np.float64]]
    write_scores: Callable[[NDArray[np.int64], _Block, Scores], None]


class _Room(NamedTuple):
    """Where a thread works, always the same place in the cache."""

    scores: Scores
    candidates: Keys

    @classmethod
    def of(cls, n: int) -> Self:
        scores = np.empty((USERS_PER_BLOCK + USERS_PER_PRODUCT) * MOVIES_PER_BLOCK, np.float32)
        return cls(scores, np.empty((USERS_PER_BLOCK, n + MOVIES_PER_BLOCK), np.int64))


def top_by_factors(
    user_factors: Scores,
    movie_factors: Scores,
    seen: sparse.csr_array,
    n: int,
    movie_ids: NDArray[np.int64],
    into: TopLists | None = None,
    rows: NDArray[np.int64] | None = None,
) -> TopLists:
    """Return for each row of `user_factors` (n_users, n_factors) the n movies with the largest dot products.

    `movie_factors` is (n_movies, n_factors), `movie_ids` (n_movies) ascending, and a stored entry of `seen`
    (n_users, n_movies) keeps that movie out of that user's list. Factors and their products are finite; factors may be
    mapped from files. Lists `into` which to write are returned in place of new ones, all but their `rows` (n_users) as
    they were.
    """

    def write_scores(users: NDArray[np.int64], block: _Block, scores: Scores) -> None:
        np.matmul(user_factors[users], block.factors, out=scores)

    search = _Search(list(_blocks(movie_factors)), lambda users: _norms(user_factors[users]), write_scores)
    if into is None:
        into = empty_lists(len(user_factors), n)
    return _search(search, seen, movie_ids, into, np.arange(len(user_factors)) if rows is None else rows)


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
    n_users, n_movies = scores.shape

    def write_scores(users: NDArray[np.int64], block: _Block, room: Scores) -> None:
        room[:] = scores[users, block.start : block.start + len(block.movies)]

    movies = np.arange(n_movies, dtype=np.int32)
    blocks = [_Block(start, movies[start:stop], scores[:0], np.inf) for start, stop in _bounds(n_movies)]
    search = _Search(blocks, np.ones_like, write_scores)
    return _search(search, seen, movie_ids, empty_lists(n_users, n), np.arange(n_users))


def _bounds(n_movies: int) -> Iterator[tuple[int, int]]:
    """Share movies out to blocks of about the same size, as a narrow one would be summed in another order."""
    n_blocks = ceil(n_movies / MOVIES_PER_BLOCK)
    return pairwise(np.linspace(0, n_movies, n_blocks + 1).astype(int).tolist())


def _blocks(movie_factors: Scores) -> Iterator[_Block]:
    norms = _norms(movie_factors)
    by_norm = np.argsort(-norms, kind="stable").astype(np.int32)
    # The product's rounding may lift a score above the product of the norms by this much.
    slack = 1 + movie_factors.shape[1] * np.finfo(np.float32).eps
    for start, stop in _bounds(len(by_norm)):
        movies = by_norm[start:stop]
        yield _Block(start, movies, np.ascontiguousarray(movie_factors[movies].T), slack * norms[movies[0]])


def _norms(factors: Scores) -> NDArray[np.float64]:
    return np.sqrt(np.einsum("ij,ij->i", factors, factors, dtype=np.float64))


@cache
def _threadpools() -> ThreadpoolController:
    return ThreadpoolController()  # which takes longer to find the libraries than a few users' lists do


def _search(
    search: _Search, seen: sparse.csr_array, movie_ids: NDArray[np.int64], lists: TopLists, rows: NDArray[np.int64]
) -> TopLists:
    n_users, n = len(rows), lists.scores.shape[1]
    place = np.empty(len(movie_ids), np.int32)
    for block in search.blocks:
        place[block.movies] = np.arange(block.start, block.start + len(block.movies))
    ids = np.append(movie_ids, NO_MOVIE)  # an empty key holds the position -1
    first_users = iter(range(0, n_users, USERS_PER_BLOCK))

    def work(_: int) -> None:
        room = _Room.of(n)
        for first in first_users:  # all threads take from the same
            users = np.arange(first, min(first + USERS_PER_BLOCK, n_users))
            starts = seen.indptr[first : first + len(users) + 1].astype(np.int64)
            hidden = starts - starts[0], place[seen.indices[starts[0] : starts[-1]]]
            keys = _best_keys(search, users, hidden, n, room)
            lists.movie_ids[rows[users]] = ids[positions_of(keys)]
            lists.scores[rows[users]] = scores_of(keys)

    n_threads = min(os.cpu_count() or 1, ceil(n_users / USERS_PER_BLOCK))
    with _threadpools().limit(limits=1, user_api="blas"), ThreadPoolExecutor(max(n_threads, 1)) as pool:
        list(pool.map(work, range(n_threads)))
    return lists


def _best_keys(
    search: _Search, users: NDArray[np.int64], hidden: tuple[NDArray[np.int64], Integers], n: int, room: _Room
) -> Keys:
    """Return the (n_users, n) best keys of these users, sorted; `hidden` is what `hide` takes."""
    best = np.full((len(users), n), EMPTY)
    norms, rows = search.norms_of(users), np.arange(len(users))
    for block in search.blocks:
        rows = rows[norms[rows] * block.reach >= scores_of(best[rows, -1])]
        if not rows.size:
            break
        padded = np.append(users[rows], np.repeat(users[:1], -len(rows) % USERS_PER_PRODUCT))
        scores = room.scores[: len(padded) * len(block.movies)].reshape(len(padded), len(block.movies))
        search.write_scores(padded, block, scores)
        hide(scores, rows, *hidden, block.start)
        width = collect(scores[: len(rows)], block.movies, best[rows], room.candidates)
        candidates = room.candidates[: len(rows), :width]
        candidates.sort(axis=1)
        best[rows] = candidates[:, :n]
    return best
