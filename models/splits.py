"""What a model may learn from, and what it is asked afterwards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ratings import Ratings

DECIDING_USERS = 300
"""So many users must stand behind the time split before it decides which model is better; fewer are chance."""


@dataclass(frozen=True)
class Split:
    """Ratings to learn from and later ones to be found; `users` and `movies` are the same in both.

    `n_users` have ratings in `test`. `n_cold_users` and `n_cold_movies` are those set apart: they were in the later
    ratings, but never in `train`, so `test` leaves them out.
    """

    name: str
    train: Ratings
    test: Ratings
    n_users: int
    n_cold_users: int = 0
    n_cold_movies: int = 0


def split_by_user(ratings: Ratings, test_share: float = 0.2) -> Split:
    """Test on the last `test_share` of each user's own ratings, rounded down; ties in time go by movie id.

    Everyone is warm, so many users are compared even on a small dataset; but a model learns from what others did later.
    """
    order = np.lexsort((ratings.movie_index, ratings.rated_at, ratings.user_index))
    n_ratings = np.bincount(ratings.user_index, minlength=len(ratings.users))
    n_train = n_ratings - np.floor(n_ratings * test_share).astype(np.int64)
    is_test = np.empty(len(ratings), np.bool_)
    is_test[order] = _place_in_run(n_ratings) >= np.repeat(n_train, n_ratings)
    test = ratings.where(is_test)
    return Split("by_user", ratings.where(~is_test), test, n_users=_n_distinct(test.user_index))


def split_by_time(ratings: Ratings, test_share: float = 0.2) -> Split:
    """Test on the last `test_share` of all ratings: what a model trained that day would have been asked next.

    Every rating of `train` is strictly earlier than the first of `test`, so ratings of that one second are all tested.
    Users and movies without a rating in `train` are set apart and counted.
    """
    first_test = int(len(ratings) * (1 - test_share))
    moment = np.partition(ratings.rated_at, first_test)[first_test]
    is_test = ratings.rated_at >= moment
    train, later = ratings.where(~is_test), ratings.where(is_test)
    warm_user = np.isin(later.user_index, train.user_index)
    warm_movie = np.isin(later.movie_index, train.movie_index)
    test = later.where(warm_user & warm_movie)
    return Split(
        "by_time",
        train,
        test,
        n_users=_n_distinct(test.user_index),
        n_cold_users=_n_distinct(later.user_index[~warm_user]),
        n_cold_movies=_n_distinct(later.movie_index[~warm_movie]),
    )


def _place_in_run(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, 2, ... counted anew for each of the consecutive runs."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _n_distinct(index: NDArray[np.int32]) -> int:
    return len(np.unique(index))
