"""What stands in where a model has nothing more to say."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from models.candidates import ranks_of
from models.id_map import IdMap
from models.recommender import NO_MOVIE, TopLists
from models.top_k import top_by_ranking


class Ranking(NamedTuple):
    """One order of movies for everyone: `scores` (n_movies) go with the ids of `movies`."""

    movies: IdMap
    scores: NDArray[np.float32]

    @classmethod
    def of(cls, movie_ids: ArrayLike, scores: ArrayLike) -> Self:
        """Build from movies in any order."""
        by_id = np.argsort(movie_ids)
        return cls(IdMap(movie_ids), np.asarray(scores, np.float32)[by_id])


def lengths(lists: TopLists) -> NDArray[np.int64]:
    """Return how many movies each row holds."""
    return np.count_nonzero(lists.movie_ids != NO_MOVIE, axis=1)


def only_itself(movie_ids: NDArray[np.int64], movies: IdMap) -> sparse.csr_array:
    """Return a (len(movie_ids), len(movies)) matrix with one entry per row: the row's own movie, where it is there."""
    position = movies.positions(movie_ids)
    row = np.flatnonzero(position >= 0)
    entries = np.ones(len(row), np.float32), (row, position[row])
    return sparse.csr_array(entries, shape=(len(movie_ids), len(movies)))


def fill(lists: TopLists, ranking: Ranking, hidden: sparse.csr_array) -> TopLists:
    """Return the lists with their padding replaced by the best of `ranking`, behind what the lists already hold.

    A stored entry of `hidden` (n_rows, n_movies of the ranking) keeps that movie out of that row. A ranking's scores
    are of another kind than a model's: they fall within what was held and within what was added, not across.
    """
    n = lists.movie_ids.shape[1]
    n_held = lengths(lists)
    short = np.flatnonzero(n_held < n)
    position = ranking.movies.positions(lists.movie_ids[short])
    row, column = np.nonzero(position >= 0)
    entries = np.ones(len(row), np.float32), (row, position[row, column])
    held = sparse.csr_array(entries, shape=(len(short), len(ranking.movies)))
    best = top_by_ranking(ranking.scores, sparse.csr_array(hidden[short] + held), n, ranking.movies.ids)

    place = np.arange(n) - n_held[short, None]  # in what is added; below 0, in what was held
    filled = TopLists(lists.movie_ids.copy(), lists.scores.copy())
    filled.movie_ids[short] = _behind(lists.movie_ids[short], best.movie_ids, place)
    filled.scores[short] = _behind(lists.scores[short], best.scores, place)
    return filled


def append(lists: TopLists, more: TopLists) -> TopLists:
    """Return the lists with their padding replaced by the movies of `more`, same rows and length, not yet held.

    They keep their order, and their scores count down from the last held (rounded down) by their rank in `more`, so
    that movies equal there stay equal, and all scores of a list fall.
    """
    n_held, n = lengths(lists)[:, None], lists.movie_ids.shape[1]
    is_new = (more.movie_ids != NO_MOVIE) & ~_held(more.movie_ids, lists.movie_ids)
    new_first = np.argsort(~is_new, axis=1, kind="stable")
    with_start = np.hstack([np.zeros_like(n_held, np.float32), lists.scores])  # where an empty list counts down from
    countdown = np.floor(np.take_along_axis(with_start, n_held, axis=1)) - ranks_of(more.scores)
    movie_ids = np.take_along_axis(np.where(is_new, more.movie_ids, NO_MOVIE), new_first, axis=1)
    scores = np.take_along_axis(np.where(is_new, countdown, -np.inf).astype(np.float32), new_first, axis=1)
    place = np.arange(n) - n_held
    return TopLists(_behind(lists.movie_ids, movie_ids, place), _behind(lists.scores, scores, place))


def _held(movie_ids: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each place of `movie_ids` whether the same row of `held` has the movie."""
    ids = IdMap(held)
    row = np.arange(len(held))[:, None] * len(ids)
    wanted = ids.positions(movie_ids)
    return np.isin(row + wanted, row + ids.positions(held)) & (wanted >= 0)


def _behind(held: NDArray, added: NDArray, place: NDArray[np.int64]) -> NDArray:
    return np.where(place < 0, held, np.take_along_axis(added, np.maximum(place, 0), axis=1))
