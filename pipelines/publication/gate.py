"""The gate before the flip: tonight's lists, and what they were made from, beside last night's.

What makes lists wrong (`checks`) nobody can overrule. What is judged here makes them suspicious: a person who knows why
can accept it. The limits were set beside what was measured on ml-latest-small, nights of 300 ratings each, for ten
models of the zoo; docs/howto/gate.md has the figures.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infra.stores.generation_layout import Content
from infra.stores.manifest import Check
from infra.tables import GENRES
from pipelines.publication.figures import Figures
from pipelines.publication.generation_figures import GenerationFigures, MadeFrom

SEGMENTS = {
    Content.USER_LISTS: ("new users", "light users", "heavy users"),
    Content.MOVIE_LISTS: ("head movies", "middle movies", "tail movies"),
}

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

COUNTED = ("ratings", "users", "movies")


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


def judge(tonight: GenerationFigures, last_night: GenerationFigures | None) -> list[Check]:
    """Judge all of a generation by last night's, the one in force; without one there is little to judge."""
    checks = judge_ratings(tonight.made_from, last_night.made_from if last_night else None)
    if last_night:
        for content, figures in tonight.lists.items():
            limits = limits_between(tonight.models[content], last_night.models[content])
            checks += judge_lists(content, figures, last_night.lists[content], limits)
    return checks


def limits_between(model: tuple[str, int], last_model: tuple[str, int]) -> Limits:
    """Return how far lists may move from those of last night's model; both are a name and a version."""
    if model[0] != last_model[0]:
        return REPLACED
    return KEPT if model == last_model else RETRAINED


def judge_lists(content: Content, tonight: Figures, last_night: Figures, limits: Limits) -> list[Check]:
    """Judge the lists of a content by those of last night; no check where they were too few to compare with."""
    if last_night.n_lists < ENOUGH_LISTS:
        return []
    least_compared, least_listed = (1 - MOST_LOST) * last_night.n_lists, limits.coverage * last_night.n_listed
    most_silent = last_night.silent_share + limits.silent
    moved = _moved(tonight.popularity_mix, last_night.popularity_mix)
    genres_moved = _moved(tonight.genre_mix, last_night.genre_mix)
    return [
        _at_least(content, "lists that were there last night", tonight.n_compared, least_compared),
        _at_least(content, "overlap at 10 with last night", tonight.overlap, limits.overlap),
        *_segments(content, tonight, limits.overlap - limits.segment_slack),
        _at_most(content, "share of lists changed", tonight.changed_share, limits.changed),
        _at_least(content, "personal lift", tonight.fit.lift, _least_lift(last_night)),
        _at_least(content, "personal lift of last night's lists", tonight.last_fit.lift, _least_lift(last_night)),
        _at_least(content, "movies listed (coverage)", tonight.n_listed, least_listed),
        _at_most(content, "places moved to more or less popular movies", moved, limits.popularity),
        _at_most(content, "places moved to other genres", genres_moved, limits.genres),
        *_genres(content, tonight, last_night, limits.genre_left),
        _at_most(content, "share of lists the model left empty", tonight.silent_share, most_silent),
    ]


def judge_ratings(tonight: MadeFrom, last_night: MadeFrom | None) -> list[Check]:
    """Judge what lists were made from, by last night's if there were users enough."""
    table = "ratings"
    repeated = _at_most(table, "repeated ratings of a movie by a user", tonight.n_repeated, 0)
    if last_night is None or last_night.n_users < ENOUGH_LISTS:
        return [repeated]
    counts = {name: (getattr(tonight, f"n_{name}"), getattr(last_night, f"n_{name}")) for name in COUNTED}
    back = (last_night.newest_rating - tonight.newest_rating) / 3600
    return [
        repeated,
        *(_at_least(table, f"number of {name}", now, (1 - MOST_LOST) * then) for name, (now, then) in counts.items()),
        *(_at_most(table, f"growth of {name}", now, (1 + MOST_GAINED) * then) for name, (now, then) in counts.items()),
        _at_most(table, "hours the newest rating is older than last night's", back, MOST_HOURS_BACK),
    ]


def _segments(content: Content, tonight: Figures, least: float) -> Iterator[Check]:
    for name, n, shared in zip(SEGMENTS[content], tonight.compared, tonight.shared, strict=True):
        if n >= ENOUGH_LISTS:
            yield _at_least(content, f"overlap at 10 of {name}", shared / n, least)


def _genres(content: Content, tonight: Figures, last_night: Figures, least_left: float) -> Iterator[Check]:
    shares = zip(GENRES, last_night.genres, tonight.genre_mix, last_night.genre_mix, strict=True)
    for genre, n_places, now, then in shares:
        if n_places >= ENOUGH_PLACES:
            yield _at_least(content, f"share of {genre}", now, least_left * then)


def _least_lift(last_night: Figures) -> float:
    lift = last_night.fit.lift
    return lift - max((1 - LEAST_LIFT) * abs(lift), LIFT_SLACK)


def _moved(mix: NDArray[np.float64], last_mix: NDArray[np.float64]) -> float:
    """Return the total variation between two mixes: the share of places that are elsewhere."""
    return float(np.abs(mix - last_mix).sum() / 2)


def _at_least(table: str, what: str, figure: float, least: float) -> Check:
    return Check(
        table, what, round(float(figure), 4), f"at least {least:.4g}", bool(np.isnan(least) or figure >= least)
    )


def _at_most(table: str, what: str, figure: float, most: float) -> Check:
    return Check(table, what, round(float(figure), 4), f"at most {most:.4g}", bool(figure <= most))
