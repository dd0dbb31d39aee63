from dataclasses import replace

import numpy as np
import pytest

from pipelines.generated import choices
from pipelines.generated.choices import affinity, choose_movies, discover_movies, liking
from pipelines.generated.movies import generate_movies
from pipelines.generated.people import People


def people_who_rate(n_ratings, n_available, tastes):
    n_people = len(n_ratings)
    return People(
        n_ratings=n_ratings,
        tastes=tastes,
        mildness=np.zeros(n_people),
        gives_halves=np.ones(n_people, bool),
        rated_at=np.zeros(n_ratings.sum(), np.int64),
        n_available=n_available,
    )


@pytest.fixture
def catalogue():
    return replace(generate_movies(4, np.random.default_rng(3)), popularity=np.array([4.0, 3.0, 2.0, 1.0]))


@pytest.mark.parametrize("draws_per_rating", [5, -30], ids=["drawn", "raced"])
def test_a_movies_chance_is_its_popularity_times_the_liking(catalogue, monkeypatch, draws_per_rating):
    monkeypatch.setattr(choices, "DRAWS_PER_RATING", draws_per_rating)  # -30 leaves no draw, so everyone is short
    n_people = 20_000
    taste = np.random.default_rng(4).standard_normal(catalogue.tastes.shape[1]).astype(np.float32)
    tastes = np.tile(taste, (n_people, 1))
    people = people_who_rate(np.ones(n_people, int), np.full(n_people, 3), tastes)

    chosen = choose_movies(people, catalogue, np.random.default_rng(5))

    weights = catalogue.popularity[:3] * liking(affinity(tastes[:3], catalogue.tastes[:3]))
    np.testing.assert_allclose(
        np.bincount(chosen.movie, minlength=4)[:3] / n_people, weights / weights.sum(), atol=0.02
    )
    assert 3 not in chosen.movie


def test_one_person_may_rate_everything_there_is(catalogue):
    tastes = np.zeros((2, catalogue.tastes.shape[1]), np.float32)
    people = people_who_rate(np.array([4, 2]), np.array([4, 2]), tastes)

    chosen = choose_movies(people, catalogue, np.random.default_rng(6))

    assert sorted(chosen.movie[:4]) == [0, 1, 2, 3]
    assert sorted(chosen.movie[4:]) == [0, 1]


def test_a_movie_is_discovered_by_somebody_who_was_there_and_had_not_chosen_it():
    people = people_who_rate(np.array([2, 2]), np.array([3, 9]), np.zeros((2, 1)))
    chosen = choices.Choices(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 5]))

    for seed in range(50):
        found = discover_movies(chosen, np.array([8, 5]), people, np.random.default_rng(seed)).movie

        assert found[:2].tolist() == [0, 1]  # was gone before movie 5 appeared
        assert sorted(found[2:]) in ([0, 8], [5, 8])  # movie 5 is not given twice to whom has it
