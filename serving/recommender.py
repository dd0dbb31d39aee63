"""Which list someone gets. Plain Python: no HTTP, no MongoDB."""

from datetime import datetime, timedelta

from infra.errors import NotInCatalogue, ServerUnreachable
from infra.stores.generation_layout import FROM_GENRE, FROM_POPULAR
from infra.stores.recommendations import Generation, Movie, RankedMovies, RecommendationStore
from infra.tables import EVERY_GENRE
from serving.schemas import ListedMovie, MovieDetails, MovieList, Readiness, Source

STALE_AFTER = timedelta(hours=36)
NO_MOVIES = RankedMovies([], [])


async def list_for_user(store: RecommendationStore, user_id: int, limit: int, now: datetime) -> MovieList:
    """Return the user's own list; without one, or while MongoDB is away, the popular list."""
    try:
        generation, own = await store.user_list(user_id)
    except ServerUnreachable:
        generation, own = store.generation, None
    if own is None or not own.movie_ids:
        return popular_list(generation, None, limit, now)
    return _told(generation, _source(own, Source.PERSONAL), own, limit, now)


async def list_for_movie(store: RecommendationStore, movie_id: int, limit: int, now: datetime) -> MovieList:
    """Return the movie's neighbours; without any, the best of its first genre; while MongoDB is away, the popular list.

    Raises NotInCatalogue for a movie that the generation in force does not know.
    """
    try:
        generation, similar = await store.movie_list(movie_id)
    except ServerUnreachable:
        generation, similar = store.generation, None
    if generation.id is None:
        return popular_list(generation, None, limit, now)
    movie = _find(generation, movie_id)
    genre = next((genre for genre in movie.genres if genre in generation.popular), None)
    if similar and similar.movie_ids:
        return _told(generation, _source(similar, Source.SIMILAR), similar, limit, now, genre)
    return popular_list(generation, genre if store.is_reachable else None, limit, now, without=movie_id)


def popular_list(
    generation: Generation, genre: str | None, limit: int, now: datetime, without: int | None = None
) -> MovieList:
    """Return the movies rated best, of one genre or of all, leaving out one if it is named.

    Raises NotInCatalogue for a genre that has no list.
    """
    genres = sorted(generation.popular.keys() - {EVERY_GENRE})
    if genre is None or generation.id is None:
        ranked = generation.popular.get(EVERY_GENRE, NO_MOVIES)
        return _told(generation, Source.POPULAR, ranked, limit, now, without=without)
    if genre not in genres:
        raise NotInCatalogue(f"no movie is of the genre '{genre}'; the genres are {', '.join(genres)}")
    return _told(generation, Source.GENRE, generation.popular[genre], limit, now, genre, without)


def movie_details(generation: Generation, movie_id: int) -> MovieDetails:
    """Return what the catalogue says of a movie; raises NotInCatalogue when it is not there."""
    return MovieDetails.model_validate(_find(generation, movie_id), from_attributes=True)


def readiness(store: RecommendationStore, now: datetime) -> Readiness:
    """Return whether answers are as good as they can be, and if not, why."""
    generation = store.generation
    problems = []
    if not store.is_reachable:
        problems.append("MongoDB does not answer: every list is the popular one, from memory")
    if generation.id is None:
        problems.append("no generation has been read yet: every list is empty")
    return Readiness(
        status="degraded" if problems else "ready",
        detail="; ".join(problems) or "all is well",
        generation=generation.id,
        generated_at=generation.generated_at,
        is_stale=_is_stale(generation, now),
    )


def _find(generation: Generation, movie_id: int) -> Movie:
    if generation.id is None:
        raise NotInCatalogue(f"no movie {movie_id} yet: no generation has been read, so the catalogue is empty")
    if movie_id not in generation.movies:
        raise NotInCatalogue(f"no movie {movie_id} in the catalogue of generation {generation.id}")
    return generation.movies[movie_id]


def _source(ranked: RankedMovies, own: Source) -> Source:
    """Return `own`, unless the model had nothing to say and the list is nothing but what filled it up."""
    filled_from = {FROM_POPULAR: Source.POPULAR, FROM_GENRE: Source.GENRE}
    return filled_from.get(next(iter(ranked.sources), ""), own)


def _told(
    generation: Generation,
    source: Source,
    ranked: RankedMovies,
    limit: int,
    now: datetime,
    genre: str | None = None,
    without: int | None = None,
) -> MovieList:
    shown = [pair for pair in zip(ranked.movie_ids, ranked.scores, strict=True) if pair[0] != without][:limit]
    return MovieList(
        source=source,
        genre=genre if source is Source.GENRE else None,
        generation=generation.id,
        generated_at=generation.generated_at,
        is_stale=_is_stale(generation, now),
        movies=[
            _listed(generation.movies[movie_id], score, rank) for rank, (movie_id, score) in enumerate(shown, start=1)
        ],
    )


def _listed(movie: Movie, score: float, rank: int) -> ListedMovie:
    return ListedMovie(
        movie_id=movie.movie_id, title=movie.title, year=movie.year, genres=movie.genres, score=score, rank=rank
    )


def _is_stale(generation: Generation, now: datetime) -> bool:
    return generation.generated_at is None or now - generation.generated_at > STALE_AFTER
