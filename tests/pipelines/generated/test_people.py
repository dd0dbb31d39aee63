import numpy as np
import pytest

from pipelines.generated.calendar import CLOSING, OPENING
from pipelines.generated.movies import generate_movies
from pipelines.generated.people import generate_people, share_out_ratings


@pytest.mark.parametrize(
    ("n_people", "n_ratings", "n_movies", "fewest", "most"),
    [
        (100, 10_000, 1_000, 20, 350),  # room for habits: nobody below 20, nobody above a third of the movies
        (100, 1_050, 1_000, 10, 350),  # too few ratings for 20 each
        (100, 30_000, 400, 20, 400),  # so many that the greatest share gives way
        (3, 30, 10, 10, 10),  # everyone rates everything
    ],
)
def test_ratings_are_shared_out_exactly_and_within_bounds(n_people, n_ratings, n_movies, fewest, most):
    shares = share_out_ratings(n_people, n_ratings, n_movies, np.random.default_rng(1))

    assert shares.sum() == n_ratings
    assert shares.min() >= fewest
    assert shares.max() <= most


def test_times_ascend_within_the_years_covered():
    rng = np.random.default_rng(1)
    n_ratings = np.array([1, 20, 300, 995])

    people = generate_people(n_ratings, generate_movies(1_000, rng), rng)

    for times in np.split(people.rated_at, np.cumsum(n_ratings)[:-1]):
        assert (np.diff(times) >= 0).all()
        assert OPENING <= times[0] <= times[-1] <= CLOSING


def test_there_are_movies_enough_before_a_person_stops_rating():
    rng = np.random.default_rng(1)
    n_ratings = np.array([1, 20, 300, 994, 995])

    people = generate_people(n_ratings, generate_movies(1_000, rng), rng)

    assert (people.n_available >= n_ratings).all()
