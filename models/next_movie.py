"""Lists for movies, asked as if they were lists for users: what does someone rate after the movie they liked last?"""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.metrics import find_hits
from models.ratings import Ratings
from models.recommender import NO_MOVIE, SimilarMovies, TopLists

LIKED = 4.0
"""The rating, in stars, from which on a movie counts as liked."""

ASKED_FOR = 3
"""So many times the movies wanted are asked for, since those the user has rated already are taken out."""


class AfterLastLiked:
    """A user's list is that of the movie they liked last, without what they have rated.

    So movie-to-movie models are compared by the metrics, the users and the intervals of personal ones.
    """

    name: ClassVar[str] = "after_last_liked"

    def __init__(self, model: SimilarMovies) -> None:
        self.model = model

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return each user's list; someone who liked nothing is asked by what they rated last, a stranger has none."""
        liked_last = last_liked(history)
        row = history.users.positions(user_ids)
        movie_ids = np.where(row >= 0, liked_last[row], NO_MOVIE)
        lists = self.model.similar_movies(movie_ids, ASKED_FOR * n)
        return without(lists, history, user_ids, n)


def last_liked(ratings: Ratings) -> NDArray[np.int64]:
    """Return the movie each user of `ratings` liked last, ties by movie id; NO_MOVIE for one who rated none."""
    order = np.lexsort((ratings.movie_index, ratings.rated_at, ratings.rating >= LIKED, ratings.user_index))
    user_index = ratings.user_index[order]
    is_last = np.append(user_index[1:] != user_index[:-1], True) if len(order) else np.empty(0, np.bool_)
    movie_ids = np.full(len(ratings.users), NO_MOVIE)
    movie_ids[user_index[is_last]] = ratings.movies.ids[ratings.movie_index[order[is_last]]]
    return movie_ids


def without(lists: TopLists, history: Ratings, user_ids: NDArray[np.int64], n: int) -> TopLists:
    """Return the first n of each list that the user has not rated, those behind moved up."""
    is_open = (lists.movie_ids != NO_MOVIE) & ~find_hits(user_ids, lists.movie_ids, history)
    place = np.argsort(~is_open, axis=1, kind="stable")[:, :n]
    there = np.take_along_axis(is_open, place, axis=1)
    return TopLists(
        np.where(there, np.take_along_axis(lists.movie_ids, place, axis=1), NO_MOVIE),
        np.where(there, np.take_along_axis(lists.scores, place, axis=1), np.float32(-np.inf)),
    )
