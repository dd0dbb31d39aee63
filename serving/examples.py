"""Every kind of answer, as the API's documentation shows it."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from serving.documented import Responses, answers, errors
from serving.headers import DOCUMENTED
from serving.schemas import Filled, ListedMovie, MovieDetails, MovieList, Readiness, Source, StaleReason

PUBLISHED = {"generation": "2026-11-20T003105Z", "generated_at": datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC)}
NOT_PUBLISHED = {"generation": None, "generated_at": None, "is_stale": True, "stale_reason": StaleReason.AGE}
FRESH = {"is_stale": False, "stale_reason": None}
TOY_STORY = {"movie_id": 1, "title": "Toy Story", "year": 1995, "genres": ["Animation", "Children", "Comedy"]}
BUGS_LIFE = {"movie_id": 2355, "title": "A Bug's Life", "year": 1998, "genres": ["Animation", "Children", "Comedy"]}
SHAWSHANK = {"movie_id": 318, "title": "The Shawshank Redemption", "year": 1994, "genres": ["Crime", "Drama"]}

IMPOSSIBLE_USER = "user_id in the path must be a whole number from 1 to 9223372036854775807, not 'abc'"
IMPOSSIBLE_MOVIE = "movie_id in the path must be a whole number from 1 to 9223372036854775807, not '-5'"
IMPOSSIBLE_WISHES = (
    "limit in the query must be a whole number from 1 to 100, not '101'",
    "offset in the query must be a whole number from 0 to 1000, not '-1'",
    "year_from in the query must be a whole number from 1870 to 2100, not '95'",
    "year_from in the query must be not later than year_to, 1990, not '1995'",
)
IMPOSSIBLE_CHOICE = "exclude_watched in the query must be true or false, not 'maybe'"
UNKNOWN_MOVIE = "no movie 999999999 in the catalogue of generation 2026-11-20T003105Z"
UNKNOWN_GENRE = "no movie is of the genre 'Sience'; the genres are Action, Comedy, Drama, Sci-Fi"


def _list(source: Source, movie: dict[str, Any], score: float, genre: str | None = None) -> MovieList:
    movies = [ListedMovie(**movie, score=score, rank=1)]
    return MovieList(source=source, filled_from=[], genre=genre, **PUBLISHED, **FRESH, movies=movies)


def _filled(told: MovieList, movie: dict[str, Any]) -> MovieList:
    movies = [*told.movies, ListedMovie(**movie, score=3.75, rank=2)]
    return told.model_copy(update={"movies": movies, "filled_from": [Filled(rank=2, source=Source.POPULAR)]})


def _lists(examples: dict[str, BaseModel]) -> dict[str, Any]:
    shipped = [ListedMovie(**SHAWSHANK, score=1.0, rank=1)]
    first = MovieList(source=Source.SHIPPED, filled_from=[], genre=None, **NOT_PUBLISHED, movies=shipped)
    return answers(
        {**examples, "before the first publication, when generation and generated_at are null": first},
        headers=DOCUMENTED,
    )


OWN_LIST = _list(Source.PERSONAL, SHAWSHANK, 1.07)
SIMILAR_LIST = _list(Source.SIMILAR, BUGS_LIFE, 0.83)
GENRE_LIST = _list(Source.GENRE, TOY_STORY, 3.91, "Comedy")
POPULAR_LIST = _list(Source.POPULAR, SHAWSHANK, 4.38)

FILLED_LIST = _filled(OWN_LIST, BUGS_LIFE)
STALE_LIST = OWN_LIST.model_copy(update={"is_stale": True, "stale_reason": StaleReason.STRONG_OPINION})

USER_LISTS: Responses = {
    200: _lists(
        {
            "personal": OWN_LIST,
            "personal, filled up with popular movies": FILLED_LIST,
            "personal, while a newer one is made": STALE_LIST,
            "no list for this user, or MongoDB is away": POPULAR_LIST,
        }
    ),
    404: errors("not_found", "No such genre", UNKNOWN_GENRE),
    422: errors("invalid_request", "An impossible value", IMPOSSIBLE_USER, *IMPOSSIBLE_WISHES, IMPOSSIBLE_CHOICE),
}
MOVIE_LISTS: Responses = {
    200: _lists(
        {"similar": SIMILAR_LIST, "no list for this movie, or MongoDB is away": GENRE_LIST, "no genre": POPULAR_LIST},
    ),
    404: errors("not_found", "No such movie, or no such genre", UNKNOWN_MOVIE, UNKNOWN_GENRE),
    422: errors("invalid_request", "An impossible value", IMPOSSIBLE_MOVIE, *IMPOSSIBLE_WISHES),
}
POPULAR_LISTS: Responses = {
    200: _lists({"of all": POPULAR_LIST, "of a genre": GENRE_LIST}),
    404: errors("not_found", "No such genre", UNKNOWN_GENRE),
    422: errors("invalid_request", "An impossible value", *IMPOSSIBLE_WISHES),
}
MOVIE: Responses = {
    200: answers({"a movie": MovieDetails(**TOY_STORY, imdb_id="tt0114709", tmdb_id=862)}),
    404: errors("not_found", "No such movie", UNKNOWN_MOVIE),
    422: errors("invalid_request", "An impossible value", IMPOSSIBLE_MOVIE),
}
READINESS: Responses = {
    200: answers(
        {
            "ready": Readiness(status="ready", detail="all is well", **PUBLISHED, is_stale=False),
            "degraded": Readiness(
                status="degraded",
                detail="MongoDB does not answer: lists come from the cache and from memory",
                **PUBLISHED,
                is_stale=False,
            ),
        }
    )
}
