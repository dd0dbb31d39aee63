"""What the first stage found for many users: pairs of user and movie, and what each of its models says of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.id_map import IdMap
from models.recommender import TopLists, empty_lists


class Candidates(NamedTuple):
    """Pairs, ascending by user, then by movie; flat, because users have different numbers of them.

    `row` (the user's, in the order asked for) and `movie` (position) are int64 of shape (n_pairs); `scores` and `ranks`
    are float32 of shape (n_models, n_pairs): each model's calibrated score and the rank, from 1, in its list for that
    user, both NaN where the list does not hold the movie.
    """

    row: NDArray[np.int64]
    movie: NDArray[np.int64]
    scores: NDArray[np.float32]
    ranks: NDArray[np.float32]


def gather(lists: Sequence[TopLists], movies: IdMap, n: int) -> Candidates:
    """Return the union of the first `n` of the lists of several models, whose rows are the same users.

    What is beyond the first `n` of a list makes no candidate, but tells what its model says of the others'.
    """
    keys = [_keys(listed.movie_ids, movies) for listed in lists]
    pairs = np.unique(np.concatenate([key[:, :n].ravel() for key in keys]))
    pairs = pairs[pairs >= 0]
    scores, ranks = np.full((2, len(lists), len(pairs)), np.nan, np.float32)
    for model, (listed, key) in enumerate(zip(lists, keys, strict=True)):
        place = np.searchsorted(pairs, key)
        found = np.append(pairs, -2)[place] == key
        scores[model, place[found]] = calibrate(listed.scores)[found]
        ranks[model, place[found]] = ranks_of(listed.scores)[found]
    return Candidates(*np.divmod(pairs, len(movies)), scores, ranks)


def calibrate(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return list scores (n_users, n) as standard deviations from the mean of each user's own list; padding is NaN.

    So scores of different models, and of users with long and short histories, are of one size. Equal scores are 0.
    """
    listed = np.isfinite(scores)
    n = np.maximum(listed.sum(axis=1, keepdims=True), 1)
    finite = np.where(listed, scores, 0).astype(np.float64)
    from_mean = np.where(listed, finite - finite.sum(axis=1, keepdims=True) / n, 0)
    deviation = np.sqrt((from_mean**2).sum(axis=1, keepdims=True) / n)
    calibrated = np.divide(from_mean, deviation, out=np.zeros_like(from_mean), where=deviation > 0)
    return np.where(listed, calibrated, np.nan).astype(np.float32)


def ranks_of(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the rank of each place of lists (n_users, n), from 1; equal scores share the best of their ranks."""
    places = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    is_tied = np.zeros(scores.shape, np.bool_)
    is_tied[:, 1:] = scores[:, 1:] == scores[:, :-1]
    return np.maximum.accumulate(np.where(is_tied, 0, places), axis=1) + 1


def chosen(candidates: Candidates, later: sparse.csr_array) -> NDArray[np.bool_]:
    """Tell for each pair whether `later` (n_users, n_movies), rows as the candidates', holds an entry for it."""
    entries = later.tocoo()
    wanted = entries.row.astype(np.int64) * later.shape[1] + entries.col
    return np.isin(candidates.row * later.shape[1] + candidates.movie, wanted)


def recall_ceiling(candidates: Candidates, later: sparse.csr_array) -> float:
    """Return the share of the entries of `later` that are candidates: no order of them finds more. NaN without any."""
    return float(chosen(candidates, later).sum() / later.nnz) if later.nnz else float("nan")


def best_first(
    candidates: Candidates, scores: NDArray[np.float32], n_users: int, n: int, movie_ids: NDArray[np.int64]
) -> TopLists:
    """Return the `n` candidates of each user with the largest `scores` (n_pairs), ties by movie id."""
    lists = empty_lists(n_users, n)
    order = np.lexsort((candidates.movie, -scores, candidates.row))
    place = np.arange(len(order)) - np.searchsorted(candidates.row, np.arange(n_users))[candidates.row]
    is_first = place < n
    pair, listed = order[is_first], (candidates.row[is_first], place[is_first])
    lists.movie_ids[listed], lists.scores[listed] = movie_ids[candidates.movie[pair]], scores[pair]
    return lists


def _keys(movie_ids: NDArray[np.int64], movies: IdMap) -> NDArray[np.int64]:
    """Return row * n_movies + position of each movie of the lists, -1 where there is none."""
    position = movies.positions(movie_ids)
    return np.where(position >= 0, np.arange(len(movie_ids))[:, None] * len(movies) + position, -1)
