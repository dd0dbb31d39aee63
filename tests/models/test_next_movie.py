import numpy as np
import pytest

from models.next_movie import AfterLastLiked, last_liked
from models.ratings import Ratings
from models.recommender import TopLists


class Following:
    """Every movie is followed by the next numbers."""

    def similar_movies(self, movie_ids, n):
        followers = movie_ids[:, None] + np.arange(1, n + 1)
        known = (movie_ids >= 0)[:, None] & (followers <= 20)
        return TopLists(np.where(known, followers, -1), np.where(known, -np.arange(n), -np.inf).astype(np.float32))


@pytest.fixture
def history():
    """User 1 liked 3, then 5, and disliked 9 last; user 2 liked nothing; user 3 is known but has rated nothing."""
    rows = [(1, 3, 4.0, 10), (1, 5, 4.5, 20), (1, 9, 1.0, 30), (1, 7, 2.0, 5), (2, 12, 3.5, 1), (2, 15, 3.0, 2)]
    return Ratings.of(*zip(*rows, (3, 1, 5.0, 0), strict=True)).where(np.arange(7) < 6)


def test_the_movie_liked_last_counts_or_else_the_one_rated_last(history):
    assert last_liked(history).tolist() == [5, 15, -1]


def test_a_list_is_that_of_the_movie_liked_last_without_what_was_rated(history):
    lists = AfterLastLiked(Following()).recommend(np.array([2, 1]), 4, history)

    assert lists.movie_ids.tolist() == [[16, 17, 18, 19], [6, 8, 10, 11]]
    assert lists.scores.tolist() == [[0, -1, -2, -3], [0, -2, -4, -5]]


def test_someone_without_a_rating_and_a_stranger_have_no_list(history):
    lists = AfterLastLiked(Following()).recommend(np.array([3, 99]), 2, history)

    assert lists.movie_ids.tolist() == [[-1, -1], [-1, -1]]
    assert (lists.scores == -np.inf).all()


def test_a_short_list_stays_short(history):
    lists = AfterLastLiked(Following()).recommend(np.array([2]), 10, history)

    assert lists.movie_ids.tolist() == [[16, 17, 18, 19, 20, -1, -1, -1, -1, -1]]
