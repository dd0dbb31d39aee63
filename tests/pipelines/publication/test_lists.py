import numpy as np
import pytest

from infra.stores.generation_layout import Content
from pipelines.publication.lists import hidden_from, make_lists
from tests.pipelines.publication.typed_night import small_night


@pytest.fixture
def tonight():
    return small_night()


def test_lists_are_of_users_who_rated_and_of_every_movie(tonight):
    assert tonight.ids(Content.USER_LISTS).tolist() == [10, 30]
    assert tonight.ids(Content.MOVIE_LISTS).tolist() == [1, 2, 3, 4, 5]


def test_a_user_is_filled_up_with_the_top_rated_movies_they_have_not_rated(tonight):
    made = make_lists(tonight, Content.USER_LISTS, np.array([10, 30]))

    assert made.ids.tolist() == [10, 30]
    assert made.movie_ids.tolist() == [[3, 4, 5, -1], [2, 3, 4, 5]]
    assert {source: n.tolist() for source, n in made.n_by_source.items()} == {"popularity": [1, 2], "popular": [2, 2]}


def test_hidden_from_a_list_is_what_the_user_has_rated_and_the_movie_itself(tonight):
    of_users = hidden_from(tonight, Content.USER_LISTS, np.array([30, 10]))
    of_movies = hidden_from(tonight, Content.MOVIE_LISTS, np.array([2]))

    assert of_users.toarray().astype(bool).tolist() == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0]]
    assert of_movies.toarray().tolist() == [[0, 1, 0, 0, 0]]


def test_a_movie_is_filled_up_from_its_first_genre_then_from_all(tonight):
    made = make_lists(tonight, Content.MOVIE_LISTS, np.array([1, 2, 3, 4, 5]))

    assert made.ids.tolist() == [1, 2, 3, 4, 5]
    assert made.movie_ids.tolist() == [
        [2, 5, 3, 4],  # its neighbour, the rest of its genre, then the best of the others
        [1, 3, 4, 5],  # no genre with a list
        [4, 1, 2, 5],
        [2, 5, 1, 3],
        [2, 1, 3, 4],  # never itself
    ]
    assert {source: n.tolist() for source, n in made.n_by_source.items()} == {
        "likeness": [1, 1, 0, 0, 0],
        "genre": [1, 0, 1, 2, 1],
        "popular": [2, 3, 3, 2, 3],
    }


def test_some_lists_are_the_same_as_among_all(tonight):
    made = make_lists(tonight, Content.MOVIE_LISTS, np.array([3, 5]))

    assert made.movie_ids.tolist() == [[4, 1, 2, 5], [2, 1, 3, 4]]
