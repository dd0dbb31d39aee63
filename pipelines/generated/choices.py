"""Which movies people of a generated dataset rate: popular ones, and ones to their taste."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.generated.movies import Movies
from pipelines.generated.people import People

PICKINESS = 2.3
"""How much more likely a movie to one's taste is watched than one that is not."""
DRAWS_PER_RATING = 5  # most draws are turned down or repeat an earlier one


class Choices(NamedTuple):
    """One entry per rating, person after person, each one's in the order drawn; both are positions."""

    person: NDArray[np.int64]
    movie: NDArray[np.int64]


def choose_movies(people: People, movies: Movies, rng: np.random.Generator) -> Choices:
    """Draw each person's movies one after the other, without repetition, from those available.

    A movie's chance is its popularity times the person's liking: it is drawn by the one and taken by the other. Who
    rates so much that the draws repeat themselves gets the winners of a race, which follows the same law.
    """
    n_ratings = people.n_ratings
    drawn = _first_of_each(_accepted_draws(people, movies, rng), len(movies.ids))
    n_drawn = np.bincount(drawn.person, minlength=len(n_ratings))
    is_short = n_drawn < n_ratings
    place = np.arange(len(drawn.person)) - (np.cumsum(n_drawn) - n_drawn)[drawn.person]
    is_taken = (place < n_ratings[drawn.person]) & ~is_short[drawn.person]
    chosen = Choices(np.repeat(np.arange(len(n_ratings)), n_ratings), np.empty(n_ratings.sum(), np.int64))
    chosen.movie[~is_short[chosen.person]] = drawn.movie[is_taken]
    end = np.cumsum(n_ratings)
    for person in np.flatnonzero(is_short).tolist():
        chosen.movie[end[person] - n_ratings[person] : end[person]] = _race(person, people, movies, rng)
    return chosen


def discover_movies(choices: Choices, found: NDArray[np.int64], people: People, rng: np.random.Generator) -> Choices:
    """Put each of the distinct movies `found` in place of a choice of somebody who was there late enough to rate it.

    Chance alone would leave a fifth of a small catalogue without any rating; MovieLens has next to none of these.
    """
    n_available = people.n_available[choices.person]
    earliest_first = np.argsort(n_available, kind="stable")
    first_able = np.searchsorted(n_available[earliest_first], found, side="right")
    found, first_able = found[first_able < len(n_available)], first_able[first_able < len(n_available)]
    place = earliest_first[rng.integers(first_able, len(n_available))]
    n_movies = n_available.max()
    rated = choices.person * n_movies + choices.movie
    is_new = ~np.isin(choices.person[place] * n_movies + found, rated, assume_unique=True)
    movie = choices.movie.copy()
    movie[place[is_new]] = found[is_new]
    return choices._replace(movie=movie)


def liking(affinity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the chance, between 0 and 1, that a movie of this affinity is taken when it is drawn."""
    return 1 / (1 + np.exp(1 - PICKINESS * affinity))


def affinity(person_tastes: NDArray[np.float32], movie_tastes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how well tastes (n, N_TASTES) go with each other, row by row; about standard normal over all pairs."""
    return np.einsum("nt,nt->n", person_tastes, movie_tastes)


def _accepted_draws(people: People, movies: Movies, rng: np.random.Generator) -> Choices:
    cumulative = np.cumsum(movies.popularity)
    person = np.repeat(np.arange(len(people.n_ratings)), DRAWS_PER_RATING * people.n_ratings + 30)
    reach = cumulative[people.n_available - 1]
    movie = np.searchsorted(cumulative, rng.random(len(person)) * reach[person], side="right")
    chance = liking(affinity(people.tastes[person], movies.tastes[movie]))
    accepted = rng.random(len(person), np.float32) < chance
    return Choices(person[accepted], movie[accepted])


def _first_of_each(draws: Choices, n_movies: int) -> Choices:
    _, first = np.unique(draws.person * n_movies + draws.movie, return_index=True)
    first.sort()
    return Choices(draws.person[first], draws.movie[first])


def _race(person: int, people: People, movies: Movies, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the movies that finish first, in that order: exponential times of these rates are such a draw."""
    n, n_available = people.n_ratings[person], people.n_available[person]
    tastes = np.broadcast_to(people.tastes[person], (n_available, people.tastes.shape[1]))
    rate = movies.popularity[:n_available] * liking(affinity(tastes, movies.tastes[:n_available]))
    finish = rng.standard_exponential(n_available) / rate
    ahead = np.argpartition(finish, n - 1)[:n]
    return ahead[finish[ahead].argsort()]
