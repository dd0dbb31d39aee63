"""What is told of a list."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from serving.filters import Wanted
from serving.ladder import Candidate
from serving.lookup import Found
from serving.schemas import MovieList, Source, StaleReason


def tell(
    chosen: Sequence[Candidate], wanted: Wanted, found: Found, stale_reason: StaleReason | None, genre: str | None
) -> MovieList:
    """Return the wanted part of a list; `found` says which generation and list it is of, `genre` which genre helped."""
    page = chosen[wanted.offset :]
    ranked = list(enumerate(page, start=wanted.offset + 1))
    nothing = Source.POPULAR if found.generation.id else Source.SHIPPED
    source = page[0].source if page else nothing
    told = {
        "source": source,
        "filled_from": [
            {"rank": rank, "source": each.source}
            for (_, before), (rank, each) in pairwise(ranked)
            if each.source != before.source
        ],
        "genre": genre if source is Source.GENRE else None,
        "generation": found.generation.id,
        "generated_at": found.generated_at,
        "is_stale": stale_reason is not None,
        "stale_reason": stale_reason,
        "movies": [_listed(candidate, rank) for rank, candidate in ranked],
    }
    return MovieList.model_validate(told)  # all of it at once, in half the time that one after another takes


def _listed(candidate: Candidate, rank: int) -> dict[str, Any]:
    movie = candidate.movie
    return {
        "movie_id": movie.movie_id,
        "title": movie.title,
        "year": movie.year,
        "genres": movie.genres,
        "score": candidate.score,
        "rank": rank,
    }
