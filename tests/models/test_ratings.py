import numpy as np
import pytest

from models.id_map import IdMap
from models.ratings import Ratings


@pytest.fixture
def ratings():
    return Ratings.of([7, 5, 7], [20, 10, 10], [4.5, 2.0, 1.0], [300, 200, 100], catalogue=[30, 10])


def test_ids_become_positions(ratings):
    assert ratings.users.ids.tolist() == [5, 7]
    assert ratings.movies.ids.tolist() == [10, 20, 30]
    assert ratings.user_index.tolist() == [1, 0, 1]
    assert ratings.movie_index.tolist() == [1, 0, 0]
    assert (ratings.user_index.dtype, ratings.rating.dtype, ratings.rated_at.dtype) == (np.int32, np.float32, np.int64)


def test_the_matrix_has_a_column_for_a_movie_nobody_rated(ratings):
    assert ratings.matrix.toarray().tolist() == [[2.0, 0, 0], [1.0, 4.5, 0]]


def test_a_part_keeps_the_positions_of_the_whole(ratings):
    part = ratings.where(ratings.rated_at > 100)

    assert len(part) == 2
    assert part.matrix.toarray().tolist() == [[2.0, 0, 0], [0, 4.5, 0]]


def test_rows_of_users_come_as_asked_with_the_columns_asked_for(ratings):
    history = ratings.of_users([7, 99, 5, 7], IdMap([20, 10, 40]))

    assert history.toarray().tolist() == [[1.0, 4.5, 0], [0, 0, 0], [2.0, 0, 0], [1.0, 4.5, 0]]


def test_rows_of_times_have_the_entries_of_the_rows_of_ratings(ratings):
    assert ratings.times_of_users([7, 99, 5], IdMap([20, 10])).toarray().tolist() == [[100, 300], [0, 0], [200, 0]]


def test_no_ratings_at_all_give_empty_rows():
    assert Ratings.of([], [], [], [], catalogue=[1, 2]).of_users([3], IdMap([1])).toarray().tolist() == [[0]]
