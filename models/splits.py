"""What a model may learn from, and what it is asked afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.ratings import Ratings
from models.tags import Tags

DECIDING_USERS = 300
"""So many users must stand behind the time split before it decides which model is better; fewer are chance."""

CUT_OFFS = (0.7, 0.8, 0.9)
"""Where time is cut when the data allows it: what one day likes, three days months apart may not."""

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Split:
    """Ratings to learn from and later ones to be found; `users` and `movies` are the same in both.

    `n_users` have ratings in `test`. `n_cold_users` and `n_cold_movies` are those set apart: they were in the later
    ratings, but never in `train`, so `test` leaves them out. `begins_at` (n_users) is the second from which on nothing
    of a user may be learned, NEVER for one who is not tested.
    """

    name: str
    train: Ratings
    test: Ratings
    begins_at: NDArray[np.int64]
    n_users: int
    n_cold_users: int = 0
    n_cold_movies: int = 0

    def until(self, moment: int) -> Self:
        """Return the same question to a model that has learned from nothing after that second."""
        return replace(self, train=self.train.where(self.train.rated_at <= moment))

    def known(self, tags: Tags) -> Tags:
        """Return the tags that may be learned from: given by their user before that user's test begins.

        A tag of someone who has not rated cannot be placed on a split by user, and is left out.
        """
        position = self.train.users.positions(tags.user_ids)
        return tags.where((position >= 0) & (tags.tagged_at < self.begins_at[position]))


def split_by_user(ratings: Ratings, test_share: float = 0.2) -> Split:
    """Test on the last `test_share` of each user's own ratings, rounded down; ties in time go by movie id.

    Everyone is warm, so many users are compared even on a small dataset; but a model learns from what others did later.
    """
    order = _in_order_of_time(ratings)
    n_ratings = np.bincount(ratings.user_index, minlength=len(ratings.users))
    n_train = n_ratings - np.floor(n_ratings * test_share).astype(np.int64)
    is_test = np.empty(len(ratings), np.bool_)
    is_test[order] = _place_in_run(n_ratings) >= np.repeat(n_train, n_ratings)
    test = ratings.where(is_test)
    begins_at = np.full(len(ratings.users), NEVER)
    np.minimum.at(begins_at, test.user_index, test.rated_at)
    return Split("by_user", ratings.where(~is_test), test, begins_at, n_users=_n_distinct(test.user_index))


def split_by_time(ratings: Ratings, cut_off: float = 0.8, end: float = 1.0) -> Split:
    """Test on the ratings between two shares of all in order of time: what a model of that day would be asked next.

    Every rating of `train` is strictly earlier than the first of `test`, so ratings of that one second are all tested.
    Users and movies without a rating in `train` are set apart and counted.
    """
    in_order = np.sort(ratings.rated_at)
    moment = _moment(in_order, cut_off)
    is_later = (ratings.rated_at >= moment) & (ratings.rated_at < _moment(in_order, end))
    train, later = ratings.where(ratings.rated_at < moment), ratings.where(is_later)
    warm_user = np.isin(later.user_index, train.user_index)
    warm_movie = np.isin(later.movie_index, train.movie_index)
    test = later.where(warm_user & warm_movie)
    return Split(
        "by_time",
        train,
        test,
        np.full(len(ratings.users), moment),
        n_users=_n_distinct(test.user_index),
        n_cold_users=_n_distinct(later.user_index[~warm_user]),
        n_cold_movies=_n_distinct(later.movie_index[~warm_movie]),
    )


def splits_by_time(ratings: Ratings) -> tuple[Split, ...]:
    """Return the splits at CUT_OFFS, each tested up to the next, where DECIDING_USERS warm users stand behind each.

    Where they do not, return the one that tests the last fifth.
    """
    rolling = tuple(_rolling(ratings))
    return rolling if all(split.n_users >= DECIDING_USERS for split in rolling) else (split_by_time(ratings),)


def deciding_splits(by_user: Split, by_time: Sequence[Split]) -> str:
    """Return the name of the split that decides: by time where DECIDING_USERS warm users stand behind it."""
    return by_time[0].name if all(split.n_users >= DECIDING_USERS for split in by_time) else by_user.name


def _rolling(ratings: Ratings) -> Iterator[Split]:
    for cut_off, end in zip(CUT_OFFS, (*CUT_OFFS[1:], 1.0), strict=True):
        yield split_by_time(ratings, cut_off, end)


def _in_order_of_time(ratings: Ratings) -> NDArray[np.int64]:
    """Return the positions of the ratings by user, then time, then movie.

    A stable sort is linear on what is in order already: ratings come from the lake by user and movie, so the first sort
    passes over them once, and the second moves them only among those of their user.
    """
    user = ratings.user_index.astype(np.int64)
    by_movie = np.argsort(user * len(ratings.movies) + ratings.movie_index, kind="stable")
    seconds = ratings.rated_at - ratings.rated_at.min(initial=NEVER)
    moment = user * (int(seconds.max(initial=0)) + 1) + seconds
    return by_movie[np.argsort(moment[by_movie], kind="stable")]


def _moment(in_order: NDArray[np.int64], share: float) -> np.int64 | int:
    """Return the second at which `share` of the sorted times have passed, NEVER for all of them."""
    first = int(len(in_order) * share)
    return in_order[first] if first < len(in_order) else NEVER


def _place_in_run(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, 2, ... counted anew for each of the consecutive runs."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _n_distinct(index: NDArray[np.int32]) -> int:
    return int(np.count_nonzero(np.bincount(index)))
