"""Where the movies of an answer come from: the best rung first, and each lower one only for what is still missing."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from infra.stores.ranked_movies import Movie
from serving.schemas import Source


class Candidate(NamedTuple):
    """A movie that a rung offers."""

    movie: Movie
    score: float
    source: Source


Rung = Callable[[], Awaitable[Iterable[Candidate]]]
"""Offers movies, best first; keeps to its own time budget, and offers nothing rather than fail."""


async def climb_down(rungs: Sequence[Rung], keeps: Callable[[Movie], bool], n: int) -> list[Candidate]:
    """Return the first `n` different movies that may be shown; fewer only if no rung has more."""
    chosen: dict[int, Candidate] = {}
    for rung in rungs:
        if len(chosen) == n:
            break
        for candidate in await rung():
            if candidate.movie.movie_id not in chosen and keeps(candidate.movie):
                chosen[candidate.movie.movie_id] = candidate
                if len(chosen) == n:
                    break
    return list(chosen.values())
