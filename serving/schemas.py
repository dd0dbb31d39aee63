"""What the API promises its callers."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field


class Source(StrEnum):
    """Where movies came from: an own list, a movie's neighbours, a genre, the best of all, or the API itself."""

    PERSONAL = "personal"
    SIMILAR = "similar"
    GENRE = "genre"
    POPULAR = "popular"
    SHIPPED = "shipped"


class StaleReason(StrEnum):
    """Why a list is stale; `serving/staleness.py` defines each."""

    AGE = "age"
    MODEL = "model"
    STRONG_OPINION = "strong_opinion"
    INTERACTIONS = "interactions"


class Movie(BaseModel):
    """A movie of the catalogue."""

    movie_id: int = Field(description="of MovieLens")
    title: str = Field(description="without the year")
    year: int | None = Field(description="of release; null where unknown")
    genres: list[str] = Field(description="as MovieLens spells them")


class MovieDetails(Movie):
    """A movie with its ids elsewhere."""

    imdb_id: str | None = Field(description="null where unknown")
    tmdb_id: int | None = Field(description="null where unknown")


class ListedMovie(Movie):
    """A movie at its place in a list."""

    score: float = Field(description="orders a list, and means nothing beyond it: lists of other sources have others")
    rank: int = Field(ge=1, description="1 is the best; a page goes on where the one before ended")


class Filled(BaseModel):
    """From this rank on, movies come from another source, because the one before had no more to show."""

    rank: int = Field(ge=1, description="of the first movie from that source")
    source: Source = Field(description="where movies come from, from that rank on")


class MovieList(BaseModel):
    """Movies, best first, and where they came from."""

    source: Source = Field(description="of the first movie")
    filled_from: list[Filled] = Field(
        description="the sources behind it, in the order of the list; empty for one source"
    )
    genre: str | None = Field(description="which one, when the source is `genre`")
    generation: str | None = Field(description="the publication all of this is of; null before the first")
    generated_at: datetime | None = Field(description="when the list was made; null before the first publication")
    is_stale: bool = Field(description="whether a newer list is due; it is asked for where a user's is")
    stale_reason: StaleReason | None = Field(description="why it is stale: the first reason that holds")
    movies: list[ListedMovie] = Field(description="best first")


class Liveness(BaseModel):
    """The process runs."""

    status: Literal["live"] = Field("live", description="there is no other")


class Readiness(BaseModel):
    """Whether answers are as good as they can be; a degraded API still answers every request."""

    status: Literal["ready", "degraded"] = Field(description="`degraded` when something below is not as it should be")
    detail: str = Field(description="what is wrong, in words")
    generation: str | None = Field(description="the publication lists are of; null before the first")
    generated_at: datetime | None = Field(description="when that began; null before the first")
    is_stale: bool = Field(description="whether a newer one is due")


class Error(BaseModel):
    """The body of every answer that is not a success."""

    error: str = Field(description="the kind, for programs")
    detail: str = Field(description="what was wrong, where, and what is allowed, for people")
