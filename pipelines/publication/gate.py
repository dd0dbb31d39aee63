"""The gate before the flip: tonight's lists, and what they were made from, beside last night's.

What makes lists wrong (`checks`) nobody can overrule. What is judged here makes them suspicious: a person who knows why
can accept it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from infra.stores.generation_layout import Content
from infra.stores.manifest import Check
from infra.tables import GENRES
from pipelines.publication.figures import Figures
from pipelines.publication.generation_figures import GenerationFigures, MadeFrom
from pipelines.publication.limits import (
    ENOUGH_LISTS,
    ENOUGH_PLACES,
    LEAST_LIFT,
    LIFT_SLACK,
    MOST_GAINED,
    MOST_HOURS_BACK,
    MOST_LOST,
    Limits,
    limits_between,
)

SEGMENTS = {
    Content.USER_LISTS: ("new users", "light users", "heavy users"),
    Content.MOVIE_LISTS: ("head movies", "middle movies", "tail movies"),
}

COUNTED = ("ratings", "users", "movies")


def judge(tonight: GenerationFigures, last_night: GenerationFigures | None) -> list[Check]:
    """Judge all of a generation by last night's, the one in force; without one there is little to judge."""
    checks = judge_ratings(tonight.made_from, last_night.made_from if last_night else None)
    if last_night:
        for content, figures in tonight.lists.items():
            limits = limits_between(tonight.models[content], last_night.models[content])
            checks += judge_lists(content, figures, last_night.lists[content], limits)
    return checks


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
    back = max(0.0, (last_night.newest_rating - tonight.newest_rating) / 3600)
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
    passed = bool(np.isnan(least) or figure >= least)  # NaN where there was nothing to fall from
    return Check(table, what, _shown(figure), f"at least {_written(least)}", passed)


def _at_most(table: str, what: str, figure: float, most: float) -> Check:
    return Check(table, what, _shown(figure), f"at most {_written(most)}", bool(figure <= most))


def _shown(figure: float) -> float:
    return figure if isinstance(figure, int) else round(float(figure), 4)


def _written(limit: float) -> str:
    return f"{limit:,.0f}" if abs(limit) >= 100 else f"{limit:.4g}"
