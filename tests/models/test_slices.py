import numpy as np

from models.catalogue import describe
from models.ratings import Ratings
from models.slices import slices_of
from tests.catalogues import silent


def names_of(slices, index):
    return {name for name, holds in slices.items() if holds[index]}


def test_users_are_new_light_or_heavy_by_how_much_they_rated():
    counts = {1: 20, 2: 21, 3: 100, 4: 101}
    user_ids = np.repeat(list(counts), list(counts.values()))
    movie_ids = np.concatenate([np.arange(n) for n in counts.values()])
    train = Ratings.of(user_ids, movie_ids, np.full(len(user_ids), 4.0), np.zeros(len(user_ids)))

    users = slices_of(train, silent(train)).users

    assert [names_of(users, row) for row in range(4)] == [
        {"new_users"},
        {"light_users"},
        {"light_users"},
        {"heavy_users"},
    ]


def test_movies_are_of_the_head_the_middle_or_the_tail_by_the_share_of_ratings_before_them():
    counts = [10, 5, 3, 1, 1, 0]  # before each: 0, 10, 15, 18, 19, 20 of 20 ratings
    movie_ids = np.repeat(np.arange(6), counts)
    user_ids = np.concatenate([np.arange(n) for n in counts])
    train = Ratings.of(user_ids, movie_ids, np.full(20, 4.0), np.zeros(20), catalogue=range(6))

    movies = slices_of(train, silent(train)).movies

    assert [names_of(movies, row) for row in range(6)] == [
        {"head_movies"},
        {"middle_movies"},
        {"middle_movies"},
        {"tail_movies"},
        {"tail_movies"},
        {"tail_movies"},
    ]


def test_a_movie_is_in_the_slice_of_each_of_its_genres():
    train = Ratings.of([1], [10], [4.0], [0])
    catalogue = describe([10], [""], [None], [["Sci-Fi", "Comedy"]], [[]])

    assert {"genre_sci_fi", "genre_comedy"} < names_of(slices_of(train, catalogue).movies, 0)
