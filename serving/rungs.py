"""The rungs of the ladder: personal, similar, genre, popular, shipped."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from infra.patience import N_LAST_LOOKS_AROUND, Patience
from infra.stores.generation_layout import FROM_GENRE, FROM_POPULAR
from infra.stores.ranked_movies import RankedMovies
from infra.stores.recent_interactions import Interaction
from infra.stores.recommendations import Generation
from infra.stores.user_layout import Kind
from infra.tables import EVERY_GENRE
from serving.ladder import Candidate, Rung
from serving.lookup import Lookup
from serving.metrics import LATE_RUNGS
from serving.schemas import Source
from serving.shipped import shipped_movies

LIKED = 4.0
"""The rating, in stars, from which on a movie counts as liked."""

N_LIKED = 3
"""So many of the movies liked last bring those like them."""

SOURCES = {FROM_POPULAR: Source.POPULAR, FROM_GENRE: Source.GENRE, "similar": Source.SIMILAR}


def listed(generation: Generation, ranked: RankedMovies | None, own: Source) -> Iterator[Candidate]:
    """Offer a list as it is; its movies are of the source `own`, but for those that only fill it up."""
    if ranked:
        pairs = zip(ranked.movie_ids, ranked.scores, strict=True)
        for (movie_id, score), source in zip(pairs, _sources(ranked, own), strict=False):
            if movie_id in generation.movies:
                yield Candidate(generation.movies[movie_id], score, source)


async def similar(
    lookup: Lookup, generation: Generation, interactions: Iterable[Interaction], budget_seconds: float
) -> Iterable[Candidate]:
    """Offer in turn the movies most like each of those the user liked last."""
    try:
        async with Patience(budget_seconds * lookup.stretch, N_LAST_LOOKS_AROUND):
            found = await asyncio.gather(*map(lookup.movie, last_liked(interactions)))
    except TimeoutError:
        LATE_RUNGS.labels(Source.SIMILAR).inc()
        return ()
    lists = [listed(generation, each.ranked, Source.SIMILAR) for each in found if each.generation is generation]
    in_turn = chain.from_iterable(zip_longest(*lists))
    return (candidate for candidate in in_turn if candidate and candidate.source is Source.SIMILAR)


def of_genre(generation: Generation, genre: str | None) -> Iterator[Candidate]:
    """Offer the best of a genre."""
    return listed(generation, generation.popular.get(genre) if genre else None, Source.GENRE)


def popular(generation: Generation) -> Iterator[Candidate]:
    """Offer the best of all; before a generation has been read, a few that are shipped with the API."""
    if EVERY_GENRE not in generation.popular:
        return (Candidate(movie, 1 / rank, Source.SHIPPED) for rank, movie in enumerate(shipped_movies(), start=1))
    return listed(generation, generation.popular[EVERY_GENRE], Source.POPULAR)


def at_once(candidates: Iterable[Candidate]) -> Rung:
    """Make a rung of what is in memory."""

    async def offer() -> Iterable[Candidate]:
        return candidates

    return offer


def from_memory(generation: Generation, genre: str | None) -> list[Rung]:
    """Return the rungs that ask no server: the best of a genre, if one is named, and the popular movies."""
    return [at_once(of_genre(generation, genre)), at_once(popular(generation))]


def last_liked(interactions: Iterable[Interaction]) -> list[int]:
    """Return the N_LIKED movies rated LIKED or better last, the newest first."""
    liked = [each for each in interactions if each.kind is Kind.RATING and (each.rating or 0) >= LIKED]
    liked.sort(key=lambda each: each.happened_at, reverse=True)
    return [each.movie_id for each in liked[:N_LIKED]]


def favourite_genre(generation: Generation, movie_ids: Sequence[int]) -> str | None:
    """Return the genre that most of the movies are of and that has a list; the first named of equals."""
    known = [generation.movies[movie_id] for movie_id in movie_ids if movie_id in generation.movies]
    counts = Counter(genre for movie in known for genre in movie.genres if genre in generation.popular)
    return counts.most_common(1)[0][0] if counts else None


def _sources(ranked: RankedMovies, own: Source) -> Iterator[Source]:
    """Name the source of each movie of a list, and go on for ever with the last."""
    n = len(ranked.movie_ids)
    given = {ranked.source: n} if ranked.source else ranked.sources or {"": n}
    source = own
    for name, n_movies in given.items():
        source = SOURCES.get(name, own)
        yield from [source] * min(n_movies, n)
    while True:
        yield source
