"""What the gate holds, on a generated world."""

import numpy as np
import pytest

from models.als import Als
from models.ratings import Ratings
from models.recommender import NO_MOVIE, TopLists
from pipelines.publication.gate import judge
from tests.pipelines.publication.nights import LAST_NIGHT, TONIGHT, learn, make_night, small_als, with_rows


@pytest.fixture(scope="module")
def last_night(world):
    ratings = world.ratings(LAST_NIGHT)
    return make_night(learn(world, ratings, small_als), ratings, world.genres)


@pytest.fixture(scope="module")
def maker(world):
    """What has learned from tonight's ratings."""
    return learn(world, world.ratings(TONIGHT), small_als, version=2)


@pytest.fixture(params=["the same model", "another model"])
def held(request, last_night, maker, world):
    """Return what holds a night; also where another model is said to have won, which allows more."""

    def judged(maker=maker, ratings=None, genres=world.genres):
        ratings = ratings or world.ratings(TONIGHT)
        figures = make_night(maker, ratings, genres, last_night).figures
        if request.param == "another model":
            figures = figures._replace(models=dict.fromkeys(figures.models, ("another", 1)))
        return {check.expectation for check in judge(figures, last_night.figures) if not check.passed}

    return judged


def corrupted(maker, **arrays):
    """Return the model for users with some of its arrays changed, each by a function."""
    stored = maker.recommender.arrays()
    changed = {name: change(stored[name]) for name, change in arrays.items()}
    return maker._replace(recommender=Als.restore(maker.recommender.parameters(), {**stored, **changed}))


def test_a_clean_night_passes(held):
    assert held() == set()


def test_permuted_movie_ids_are_held(held, maker):
    permuted = corrupted(maker, movie_factors=np.random.default_rng(1).permutation)

    assert {"personal lift", "places moved to more or less popular movies"} <= held(permuted)


def test_movie_ids_that_are_one_row_off_are_held(held, maker):
    assert "personal lift" in held(corrupted(maker, movie_factors=lambda factors: np.roll(factors, 1, axis=0)))


def test_zeroed_factors_are_held(held, maker):
    zeroed = corrupted(maker, user_factors=np.zeros_like, movie_factors=np.zeros_like)

    assert "personal lift" in held(zeroed)


def test_stale_ratings_are_held(held, world):
    a_month_ago = world.ratings(LAST_NIGHT - 3_000)

    reasons = held(learn(world, a_month_ago, small_als, version=2), a_month_ago)

    assert {"number of ratings", "hours the newest rating is older than last night's"} <= reasons


def test_ratings_that_are_one_night_old_are_held(held, world):
    a_day_ago = world.ratings(LAST_NIGHT).rated_at < world.ratings(LAST_NIGHT).rated_at.max() - 86_400

    assert "hours the newest rating is older than last night's" in held(ratings=world.ratings(int(a_day_ago.sum())))


def test_a_truncated_partition_of_ratings_is_held(held, world):
    ratings = world.ratings(TONIGHT)

    reasons = held(ratings=with_rows(ratings, ratings.users.ids[ratings.user_index] % 16 != 3))

    assert {"number of ratings", "number of users", "lists that were there last night"} <= reasons


def test_a_truncated_partition_of_movies_is_held(held, world):
    ratings = world.ratings(TONIGHT)
    stays = ratings.movies.ids % 16 != 3
    rows = stays[ratings.movie_index]
    columns = ratings.users.ids[ratings.user_index], ratings.movies.ids[ratings.movie_index]
    truncated = Ratings.of(
        *(column[rows] for column in (*columns, ratings.rating, ratings.rated_at)), ratings.movies.ids[stays]
    )
    genres = [genre for genre, is_there in zip(world.genres, stays, strict=True) if is_there]

    assert {"number of movies", "number of ratings"} <= held(ratings=truncated, genres=genres)


@pytest.mark.parametrize("genre", ["Comedy", "Sci-Fi"])
def test_a_genre_that_is_never_listed_is_held(genre, held, world, maker):
    of_genre = np.array([genre in genres for genres in world.genres])

    without = corrupted(maker, movie_factors=lambda factors: np.where(of_genre[:, None], 0, factors))

    assert f"share of {genre}" in held(without)


@pytest.mark.parametrize("genre", ["Comedy", "Sci-Fi"])
def test_a_genre_that_is_missing_in_the_catalogue_is_held(genre, held, world):
    without = [[name for name in genres if name != genre] for genres in world.genres]

    assert f"share of {genre}" in held(genres=without)


def test_doubled_events_are_held(held, world):
    ratings = world.ratings(TONIGHT)

    reasons = held(ratings=with_rows(ratings, np.tile(np.arange(len(ratings)), 2)))

    assert {"repeated ratings of a movie by a user", "growth of ratings"} <= reasons


def test_a_wrong_user_map_of_the_model_is_held(held, maker):
    rolled = corrupted(maker, user_factors=lambda factors: np.roll(factors, 1, axis=0))

    assert "personal lift" in held(rolled)


def test_a_wrong_user_map_of_the_ratings_is_held(held, world):
    ratings = world.ratings(TONIGHT)
    theirs, movie_ids = np.roll(ratings.users.ids, 1)[ratings.user_index], ratings.movies.ids[ratings.movie_index]
    swapped = Ratings.of(theirs, movie_ids, ratings.rating, ratings.rated_at, ratings.movies.ids)

    reasons = held(learn(world, swapped, small_als, version=2), swapped)

    assert "personal lift of last night's lists" in reasons


class PartlySilent:
    """Says nothing of every tenth user, as a model does whose scores of them are not numbers."""

    name = "als"

    def __init__(self, model):
        self.model = model

    def recommend(self, user_ids, n, history):
        lists = self.model.recommend(user_ids, n, history)
        movie_ids, scores = lists.movie_ids.copy(), lists.scores.copy()
        movie_ids[::10], scores[::10] = NO_MOVIE, -np.inf
        return TopLists(movie_ids, scores)


def test_scores_that_are_not_numbers_are_held(held, maker):
    spoilt = maker._replace(recommender=PartlySilent(maker.recommender))

    assert held(spoilt) == {"share of lists the model left empty"}


def test_the_first_night_is_only_asked_for_repeated_ratings(last_night):
    assert [(check.table, check.passed) for check in judge(last_night.figures, None)] == [("ratings", True)]
