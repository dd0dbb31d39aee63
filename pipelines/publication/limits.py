"""How far a night may be from the last, and why so far.

What was measured is of ml-latest-small, nights of 300 ratings each, for ten models of the zoo (docs/howto/gate.md).
"""

from typing import NamedTuple

ENOUGH_LISTS = 100
"""Fewer lists are not compared: what a few people do in a day moves their means as far as a fault would."""

ENOUGH_PLACES = 20
"""A genre that held so many places does not lose nearly all of them by chance."""

LEAST_LIFT = 0.6
"""The share of last night's personal lift that must be left, whatever model made the lists. From one of the better
models to another it is at least 0.69; lists that went to the wrong users or name the wrong movies have next to none."""

LIFT_SLACK = 0.05
"""A lift may always fall so far: where lists are the same for everyone it is near zero, and moves about it."""

MOST_LOST = 0.005
"""The share of ratings, users or movies that may be gone: single accounts are deleted, a lost file holds more."""

MOST_GAINED = 0.25
"""The share by which ratings, users or movies may grow in a night; doubling is no growth."""

MOST_HOURS_BACK = 12
"""How much older the newest rating may be: its author may have withdrawn it, but a stale table is a day behind."""


class Limits(NamedTuple):
    """How far lists may move from last night's, as shares from 0 to 1.

    `overlap` is the least, in the mean and `segment_slack` less in a segment. `changed` is the most lists whose movies
    are not the same. `coverage` and `genre_left` are the least that must be left of the number of movies listed and of
    each genre's share. `popularity` and `genres` are the most places that may move to other bands and genres (total
    variation). `silent` is the most that lists without a movie of the model may gain.
    """

    overlap: float
    segment_slack: float
    changed: float
    coverage: float
    popularity: float
    genres: float
    genre_left: float
    silent: float


KEPT = Limits(
    overlap=0.9,
    segment_slack=0.1,
    changed=0.5,
    coverage=0.8,
    popularity=0.05,
    genres=0.05,
    genre_left=0.5,
    silent=0.02,
)
"""The model is the very same as last night: only those who did something have other lists. Measured: overlap 0.999."""

RETRAINED = Limits(
    overlap=0.4,
    segment_slack=0.1,
    changed=1.0,
    coverage=0.7,
    popularity=0.1,
    genres=0.05,
    genre_left=0.5,
    silent=0.02,
)
"""The same model has learned anew. Measured: overlap 0.66 (hybrid), 0.79 (als_catboost), 0.89 and more (the others);
popularity 0.02, genres 0.02, genre left 0.76."""

REPLACED = Limits(
    overlap=0.05,
    segment_slack=0.05,
    changed=1.0,
    coverage=1 / 3,
    popularity=0.5,
    genres=0.35,
    genre_left=0.1,
    silent=0.05,
)
"""Another model won: that it lists other movies is why. Measured among the better models: overlap 0.34, popularity
0.12, genres 0.04, genre left 0.55; from a popular list to one of them: 0.14, 0.26, 0.27. Whether lists are still
personal says the lift, which has one limit for all."""


def limits_between(model: tuple[str, int], last_model: tuple[str, int]) -> Limits:
    """Return how far lists may move from those of last night's model; both are a name and a version."""
    if model[0] != last_model[0]:
        return REPLACED
    return KEPT if model == last_model else RETRAINED
