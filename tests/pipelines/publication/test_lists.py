import numpy as np
import pytest

from infra.stores.generation_layout import Content
from models.fallback import Ranking
from models.id_map import IdMap
from models.likeness import MovieLikeness
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.publication.lists import make_lists
from pipelines.publication.tonight import Tonight
from tests.catalogues import silent

RATINGS = Ratings.of([30, 10, 10], [1, 1, 2], [4.0, 4.0, 4.0], [0, 0, 0], catalogue=[3])
TOP_RATED = Ranking.of([1, 2, 3, 4, 5], [4.5, 4.4, 4.3, 4.2, 4.1])
GENRES = {"Comedy": Ranking.of([2, 5], [4.4, 4.1]), "Drama": Ranking.of([4], [4.2])}
FIRST_GENRES = np.array(["Comedy", "", "Drama", "Comedy", "Comedy"])


@pytest.fixture
def tonight():
    """Knows the movies 1 and 2, which are alike; lists are of four movies."""
    popularity = Popularity().fit(RATINGS, silent(RATINGS))
    model = MovieLikeness()
    model.movies, model.trust = IdMap([1, 2]), np.ones(2, np.float32)
    model.factors = model.content = np.array([[1.0], [1.0]], np.float32)
    return Tonight(popularity, model, RATINGS, TOP_RATED.movies, TOP_RATED, GENRES, FIRST_GENRES, n=4)


def test_lists_are_of_users_who_rated_and_of_every_movie(tonight):
    assert tonight.ids(Content.USER_LISTS).tolist() == [10, 30]
    assert tonight.ids(Content.MOVIE_LISTS).tolist() == [1, 2, 3, 4, 5]


def test_a_user_is_filled_up_with_the_top_rated_movies_they_have_not_rated(tonight):
    made = make_lists(tonight, Content.USER_LISTS, np.array([10, 30]))

    assert made.ids.tolist() == [10, 30]
    assert made.lists.movie_ids.tolist() == [[3, 4, 5, -1], [2, 3, 4, 5]]
    assert {source: n.tolist() for source, n in made.n_by_source.items()} == {"popularity": [1, 2], "popular": [2, 2]}
    assert made.hidden.toarray().astype(bool).tolist() == [[1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]


def test_a_movie_is_filled_up_from_its_first_genre_then_from_all(tonight):
    made = make_lists(tonight, Content.MOVIE_LISTS, np.array([1, 2, 3, 4, 5]))

    assert made.ids.tolist() == [1, 2, 3, 4, 5]
    assert made.lists.movie_ids.tolist() == [
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

    assert made.lists.movie_ids.tolist() == [[4, 1, 2, 5], [2, 1, 3, 4]]
