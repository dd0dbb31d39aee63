"""The people of a generated dataset: how much each rates, when, and what each likes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.generated.calendar import CLOSING, DAY, OPENING
from pipelines.generated.movies import N_TASTES, Movies

FEWEST_RATINGS = 20  # MovieLens publishes nobody with fewer
LARGEST_SHARE = 0.35  # of the movies rated by one person; about what MovieLens has seen
APPETITE_SPREAD = 1.45  # of the logarithm
SECONDS_BETWEEN_RATINGS = 11
DAYS_BETWEEN_VISITS = 20
VISIT_SHARE = 0.008  # of the ratings begin another visit
WHOLE_STARS_SHARE = 0.4  # of the people never give a half star


@dataclass(frozen=True)
class People:
    """A block of people with their rating times, before it is known what they rate.

    `n_ratings` is (n_people,); `rated_at` holds each one's times, ascending, one person after the other;
    `n_available` is how many movies, the first ones, have appeared before a person's last rating.
    """

    n_ratings: NDArray[np.int64]
    tastes: NDArray[np.float32]
    mildness: NDArray[np.float64]
    gives_halves: NDArray[np.bool_]
    rated_at: NDArray[np.int64]
    n_available: NDArray[np.int64]


def share_out_ratings(n_people: int, n_ratings: int, n_movies: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how many of `n_ratings` each person gives: few most people, some very many.

    Everyone has at least FEWEST_RATINGS and at most LARGEST_SHARE of the movies, or where the sizes do not allow
    that, an equal share of the ratings at least and all movies at most.
    """
    least = min(FEWEST_RATINGS, n_ratings // n_people)
    most = int(n_movies * LARGEST_SHARE)
    if most * n_people < 2 * n_ratings:
        most = n_movies
    appetite = rng.lognormal(sigma=APPETITE_SPREAD, size=n_people)
    return least + _share_out(n_ratings - least * n_people, appetite, most - least)


def _share_out(total: int, weights: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Split `total` in proportion to `weights`; what is cut off above `most` goes to the others."""
    falling = -np.sort(-weights)
    factor = (total - most * np.arange(len(falling))) / falling[::-1].cumsum()[::-1]
    n_at_most = np.argmax(factor * falling <= most * (1 + 1e-9))
    exact = np.minimum(factor[n_at_most] * weights, most)
    shares = np.floor(exact).astype(np.int64)
    largest_rests_first = np.argsort(shares - exact, kind="stable")
    shares[largest_rests_first[: total - shares.sum()]] += 1
    return shares


def generate_people(n_ratings: NDArray[np.int64], movies: Movies, rng: np.random.Generator) -> People:
    """Return people who give `n_ratings`, each over a period in which enough movies have appeared."""
    n_people = len(n_ratings)
    rated_at, ends_at = _visits(n_ratings, movies.appears_at[n_ratings - 1], rng)
    return People(
        n_ratings=n_ratings,
        tastes=rng.standard_normal((n_people, N_TASTES), np.float32),
        mildness=rng.standard_normal(n_people),
        gives_halves=rng.random(n_people) >= WHOLE_STARS_SHARE,
        rated_at=rated_at,
        n_available=np.searchsorted(movies.appears_at, ends_at, side="right"),
    )


def _visits(
    n_ratings: NDArray[np.int64], earliest_end: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all rating times, and each person's last: seconds apart within a visit, days or months between visits."""
    person = np.repeat(np.arange(len(n_ratings)), n_ratings)
    first = np.cumsum(n_ratings) - n_ratings
    gaps = rng.lognormal(np.log(SECONDS_BETWEEN_RATINGS), 1.4, len(person))
    begins_visit = np.flatnonzero(rng.random(len(person)) < VISIT_SHARE)
    gaps[begins_visit] = DAY * rng.lognormal(np.log(DAYS_BETWEEN_VISITS), 2.0, len(begins_visit))
    gaps[first] = 0
    elapsed = np.cumsum(gaps)
    elapsed -= elapsed[first][person]
    span = elapsed[first + n_ratings - 1]
    elapsed *= np.minimum(1, 0.9 * (CLOSING - OPENING) / np.maximum(span, 1))[person]
    span = elapsed[first + n_ratings - 1]
    earliest = np.maximum(earliest_end - span, OPENING)
    begins_at = earliest + rng.random(len(n_ratings)) * (CLOSING - span - earliest)
    rated_at = np.rint(begins_at[person] + elapsed).astype(np.int64)
    return rated_at, rated_at[first + n_ratings - 1]
