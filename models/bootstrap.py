"""How far a mean over users could have come out otherwise, had other users of the same kind been asked."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 10_000
CONFIDENCE = 0.95

MOST_GROUPS = 2_000
"""More users than this are dealt at random into so many groups, which are resampled in their place.

The spread of a mean is the same whether users or groups of them are drawn, and the work no longer grows with the users.
"""


class Interval(NamedTuple):
    """A mean over users, and the bounds that hold it with the confidence asked for."""

    mean: float
    low: float
    high: float


def intervals(values: NDArray[np.float64], confidence: float = CONFIDENCE, seed: int = 0) -> list[Interval]:
    """Return the percentile bootstrap interval (Efron 1979) of each column's mean.

    `values` is (n_users, n_columns), NaN where a user does not count in a column. Users are resampled as a whole, so
    that the columns of one user stay together; for a paired comparison of two models, give their differences. All
    three figures are NaN for a column without users.
    """
    sums, counts = _dealt(values, np.random.default_rng(seed))
    n_groups = len(sums)
    if not n_groups:
        return [Interval(np.nan, np.nan, np.nan)] * values.shape[1]
    drawn = _draws(n_groups, seed)
    with np.errstate(invalid="ignore"):  # 0 / 0 in a resample without any user of a small column
        means = (drawn @ sums.astype(np.float32)) / (drawn @ counts.astype(np.float32))
        mean = sums.sum(axis=0) / counts.sum(axis=0)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(np.where(counts.any(axis=0), means, 0), [tail, 1 - tail], axis=0)
    bounded = ~np.isnan(mean)
    return [
        Interval(*map(float, bounds))
        for bounds in zip(mean, np.where(bounded, low, np.nan), np.where(bounded, high, np.nan), strict=True)
    ]


@lru_cache(maxsize=2)  # a night's comparisons are of the same users, and drawing is most of the work
def _draws(n_groups: int, seed: int) -> NDArray[np.float32]:
    """Return how often each resample holds each group, (N_RESAMPLES, n_groups)."""
    drawn = np.random.default_rng(seed).multinomial(n_groups, np.full(n_groups, 1 / n_groups), N_RESAMPLES)
    return drawn.astype(np.float32)


def _dealt(values: NDArray[np.float64], rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum of each group's values and how many there are, both (n_groups, n_columns)."""
    counted = (~np.isnan(values)).astype(np.float64)
    known = np.nan_to_num(values)
    n_users = len(values)
    if n_users <= MOST_GROUPS:
        return known, counted
    dealt = rng.permutation(n_users)
    starts = np.arange(MOST_GROUPS) * n_users // MOST_GROUPS
    return np.add.reduceat(known[dealt], starts), np.add.reduceat(counted[dealt], starts)
