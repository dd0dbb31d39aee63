"""What a model's lists are worth on ratings it has not seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models import metrics
from models.catalogue import Catalogue
from models.recommender import Lister
from models.slices import slices_of
from models.splits import Split

LIST_LENGTH = 100
DECIDING_METRIC = "ndcg_at_10"

PerUser = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model's figures on one split.

    `per_user` maps each metric to its float64 values for `user_ids` (n_users), the users with test ratings, ascending.
    `slices` maps each slice to NDCG@10 for the same users: of a slice of users, NaN for those outside; of a slice of
    movies, finding just these, NaN for users who rated none. `of_lists` holds coverage_at_10 and novelty_at_10.
    """

    split: str
    user_ids: NDArray[np.int64]
    per_user: PerUser
    slices: PerUser
    of_lists: dict[str, float]

    @property
    def n_users(self) -> int:
        """How many users stand behind the figures."""
        return len(self.user_ids)

    @property
    def means(self) -> dict[str, float]:
        """The mean of each metric over users, and the figures of all lists; NaN for a split without users."""
        return {name: mean_of(values) for name, values in self.per_user.items()} | self.of_lists

    @property
    def deciding(self) -> NDArray[np.float64]:
        """Each user's value of the metric that models are compared by."""
        return self.per_user[DECIDING_METRIC]

    def as_arrays(self) -> dict[str, NDArray]:
        """Return all of it as arrays whose names begin with the split's; `from_arrays` takes them back."""
        named = {"user_ids": self.user_ids, **_prefixed("per_user", self.per_user), **_prefixed("slice", self.slices)}
        of_lists = {name: np.array(figure) for name, figure in self.of_lists.items()}
        return _prefixed(self.split, {**named, **_prefixed("of_lists", of_lists)})

    @classmethod
    def from_arrays(cls, split: str, arrays: Mapping[str, NDArray]) -> Self:
        """Return the evaluation on `split` that is among the arrays."""
        mine = _within(split, arrays)
        of_lists = {name: float(figure) for name, figure in _within("of_lists", mine).items()}
        return cls(split, mine["user_ids"], _within("per_user", mine), _within("slice", mine), of_lists)


def evaluate(recommender: Lister, split: Split, catalogue: Catalogue, n: int = LIST_LENGTH) -> Evaluation:
    """Compare lists of `n` with the test ratings; `recommender` has been fitted on `split.train`.

    The whole catalogue but what `train` shows is ranked, never a sample, and each test rating is a hit worth finding,
    whatever its stars.
    """
    n_relevant = np.bincount(split.test.user_index, minlength=len(split.test.users))
    tested = np.flatnonzero(n_relevant)
    user_ids, n_relevant = split.test.users.ids[tested], n_relevant[tested]
    movie_ids = recommender.recommend(user_ids, n, split.train).movie_ids
    hits = metrics.find_hits(user_ids, movie_ids, split.test)
    per_user = {
        DECIDING_METRIC: metrics.ndcg(hits, n_relevant, 10),
        "recall_at_20": metrics.recall(hits, n_relevant, 20),
        "map_at_10": metrics.average_precision(hits, n_relevant, 10),
        "mrr": metrics.reciprocal_rank(hits, n_relevant),
        "hit_rate_at_10": metrics.hit_rate(hits, n_relevant, 10),
    }
    of_lists = {
        "coverage_at_10": metrics.coverage(movie_ids, len(split.train.movies), 10),
        "novelty_at_10": metrics.novelty(movie_ids, split.train, 10),
    }
    slices = dict(_sliced(split, catalogue, tested, movie_ids[:, :10], hits[:, :10], per_user[DECIDING_METRIC]))
    return Evaluation(split.name, user_ids, per_user, slices, of_lists)


def pooled(evaluations: Sequence[Evaluation]) -> Evaluation:
    """Return the evaluations on several cut-offs as one: each user counts once, with the means of their values."""
    if len(evaluations) == 1:
        return evaluations[0]
    user_ids = np.unique(np.concatenate([evaluation.user_ids for evaluation in evaluations]))
    of_lists = {
        name: float(np.mean([evaluation.of_lists[name] for evaluation in evaluations]))
        for name in evaluations[0].of_lists
    }
    per_user, slices = (
        {
            name: _mean_by_user(user_ids, [(e.user_ids, getattr(e, kind)[name]) for e in evaluations])
            for name in getattr(evaluations[0], kind)
        }
        for kind in ("per_user", "slices")
    )
    return Evaluation(evaluations[0].split, user_ids, per_user, slices, of_lists)


def mean_of(values: NDArray[np.float64]) -> float:
    """Return the mean of the values that are there, NaN if none is."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else float("nan")


def _sliced(
    split: Split,
    catalogue: Catalogue,
    tested: NDArray[np.int64],
    movie_ids: NDArray[np.int64],
    hits: metrics.Hits,
    ndcg: NDArray[np.float64],
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    users, movies = slices_of(split.train, catalogue)
    for name, holds in users.items():
        yield name, np.where(holds[tested], ndcg, np.nan)
    position = split.train.movies.positions(movie_ids)  # the last row, which holds no movie, for padding
    n_relevant = _count(split.test.matrix[tested], np.column_stack(list(movies.values())))
    for column, (name, holds) in enumerate(movies.items()):
        yield name, metrics.ndcg(hits & np.append(holds, False)[position], n_relevant[:, column], 10)


def _count(rated: sparse.csr_array, holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many of each user's movies each slice holds, (n_users, n_slices), by (n_movies, n_slices)."""
    ones = sparse.csr_array((np.ones(rated.nnz, np.float32), rated.indices, rated.indptr), shape=rated.shape)
    return (ones @ holds.astype(np.float32)).astype(np.int64)


def _mean_by_user(
    user_ids: NDArray[np.int64], parts: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]]
) -> NDArray[np.float64]:
    total, times = np.zeros(len(user_ids)), np.zeros(len(user_ids))
    for ids, values in parts:
        there = ~np.isnan(values)
        row = np.searchsorted(user_ids, ids[there])
        total[row] += values[there]
        times[row] += 1
    return np.divide(total, times, out=np.full(len(user_ids), np.nan), where=times > 0)


def _prefixed(prefix: str, arrays: Mapping[str, NDArray]) -> dict[str, NDArray]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _within(prefix: str, arrays: Mapping[str, NDArray]) -> dict[str, NDArray]:
    return {name.removeprefix(f"{prefix}/"): array for name, array in arrays.items() if name.startswith(f"{prefix}/")}
