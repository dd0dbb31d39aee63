import numpy as np
import pytest

from models.fallback import Ranking
from models.id_map import IdMap
from models.likeness import MovieLikeness
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.generation_lists import lists_of_movies, lists_of_users
from tests.catalogues import silent

TOP_RATED = Ranking.of([1, 2, 3, 4, 5], [4.5, 4.4, 4.3, 4.2, 4.1])
GENRES = {"Comedy": Ranking.of([2, 5], [4.4, 4.1]), "Drama": Ranking.of([4], [4.2])}


@pytest.fixture
def neighbours():
    """Knows the movies 1 and 2, which are alike."""
    model = MovieLikeness()
    model.movies, model.trust = IdMap([1, 2]), np.ones(2, np.float32)
    model.factors = model.content = np.array([[1.0], [1.0]], np.float32)
    return model


def test_users_are_those_who_rated():
    ratings = Ratings.of([30, 10, 10], [1, 1, 2], [4.0, 4.0, 4.0], [0, 0, 0], catalogue=[3])

    made = lists_of_users(Popularity().fit(ratings, silent(ratings)), ratings, TOP_RATED, n=3)

    assert made.ids.tolist() == [10, 30]
    assert made.lists.movie_ids.tolist() == [[3, 4, 5], [2, 3, 4]]
    assert {source: n.tolist() for source, n in made.n_by_source.items()} == {"popularity": [1, 2], "popular": [2, 1]}
    assert made.hidden.toarray().astype(bool).tolist() == [[1, 1, 0, 0, 0], [1, 0, 0, 0, 0]]


def test_a_movie_is_filled_up_from_its_first_genre_then_from_all(neighbours):
    first_genres = np.array(["Comedy", "", "Drama", "Comedy", "Comedy"])

    made = lists_of_movies(neighbours, first_genres, GENRES, TOP_RATED, n=4)

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
