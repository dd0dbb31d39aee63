"""Fingerprints of lists of tonight, beside those of the same lists on a night that differs in one thing."""

import numpy as np
import pytest

from infra.stores.generation_layout import Content
from pipelines.publication.fingerprints import fingerprints
from tests.pipelines.publication.typed_night import FIRST_GENRES, GENRES, RATINGS, TOP_RATED, small_night

USERS, MOVIES = np.array([10, 30]), np.array([1, 2, 3, 4, 5])
NO_FILLING = {"popularity": np.array([4, 4])}
FILLED = {"popularity": np.array([1, 4]), "popular": np.array([3, 0])}
BY_GENRE = {"likeness": np.array([4, 1, 0, 0, 0]), "genre": np.array([0, 0, 1, 2, 0])}
BY_GENRE["popular"] = 4 - BY_GENRE["likeness"] - BY_GENRE["genre"]


def changed_users(n_by_source=NO_FILLING, **other):
    tonight, another = small_night(), small_night(**other)
    marks = [fingerprints(night, Content.USER_LISTS, USERS, n_by_source) for night in (tonight, another)]
    return USERS[marks[0] != marks[1]].tolist()


def changed_movies(**other):
    tonight, another = small_night(), small_night(**other)
    marks = [fingerprints(night, Content.MOVIE_LISTS, MOVIES, BY_GENRE) for night in (tonight, another)]
    return MOVIES[marks[0] != marks[1]].tolist()


def test_nothing_changes_when_nothing_changed():
    assert changed_users() == []
    assert changed_users(ratings=RATINGS[::-1]) == []
    assert changed_movies() == []


@pytest.mark.parametrize(
    "history",
    [
        [(10, 1, 4.0, 800)],
        [(10, 1, 4.0, 800), (10, 2, 4.0, 900), (10, 3, 2.0, 950)],
        [(10, 1, 4.0, 800), (10, 2, 4.5, 900)],
        [(10, 1, 4.0, 800), (10, 2, 4.0, 901)],
        [(10, 1, 4.0, 900), (10, 2, 4.0, 800)],
        [(10, 1, 4.0, 800), (10, 3, 4.0, 900)],
    ],
)
def test_a_user_who_rated_something_else_changes_and_nobody_else_does(history):
    assert changed_users(ratings=[*history, (30, 1, 4.0, 700)]) == [10]


def test_another_model_version_changes_everyones_list_but_no_movies():
    assert changed_users(recommender_version=2) == [10, 30]
    assert changed_movies(recommender_version=2) == []


def test_the_top_rated_movies_change_only_who_is_filled_up_with_them():
    top_rated = [*TOP_RATED[:4], 4.0]

    assert changed_users(top_rated=top_rated) == []
    assert changed_users(FILLED, top_rated=top_rated) == [10]
    assert changed_movies(top_rated=top_rated) == [2, 3, 4, 5]


def test_a_genre_changes_only_the_movies_that_it_may_fill_up():
    comedies = {**GENRES["Comedy"], 1: 4.5}

    assert changed_movies(genres={**GENRES, "Comedy": comedies}) == [4, 5]
    assert changed_movies(first_genres=["Drama", "", "Drama", "Drama", *FIRST_GENRES[4:]]) == [4]


def test_two_users_with_the_same_history_are_two():
    night = small_night(ratings=[(10, 1, 4.0, 700), (30, 1, 4.0, 700)])

    one, other = fingerprints(night, Content.USER_LISTS, USERS, NO_FILLING)

    assert one != other
