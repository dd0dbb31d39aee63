"""How generations lie in MongoDB; the batch that writes them and the API that reads them share it from here.

    generations                              one document per publication
    serving_state                            POINTER, whose `generation` is the one in force; CHAMPION, see below
    user_recommendations_<generation>        _id user_id, movie_ids, scores, sources, fingerprint
    movie_recommendations_<generation>       _id movie_id, movie_ids, scores, sources, fingerprint
    movies_<generation>                      _id movie_id, title, year, genres, imdb_id, tmdb_id
    popular_<generation>                     _id `all` or a genre, movie_ids, scores

`movie_ids` is best first and `scores` goes with it. The lists of users and movies have both packed: binary, of 32-bit
integers and of 32-bit floats, the lowest byte first. Popular lists, and lists made after their generation, are arrays.

`sources` counts how many of them came from where, in the order of
the list: `{"als": 97, "popular": 3}` is 97 movies of the model `als`, then 3 of a popular list.

`fingerprint` stands for all that the list was made from: where the next generation makes it from the same, it keeps it.

A list made after its generation says so in fields of its own: `generated_at`, `source` (of all its movies), `model`.
It has no fingerprint.

`models` of a generation names what made its lists, by role: `{"recommender": {"name": "als", "version": 12}, ...}`. The
document CHAMPION, if it is there, has the same field, and names the champions of now.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum

GENERATIONS = "generations"
SERVING_STATE = "serving_state"
POINTER = "recommendations"
CHAMPION = "champion"

FROM_POPULAR = "popular"
"""The source of movies that fill a list up from the popular list of all movies."""

FROM_GENRE = "genre"
"""The source of movies that fill a movie's list up from the popular list of its first genre."""

MOVIE_FIELDS = ("title", "year", "genres", "imdb_id", "tmdb_id")
"""What the catalogue says of a movie, beside its id."""

_ID_FORMAT = "%Y-%m-%dT%H%M%SZ"


class State(StrEnum):
    """Where a generation is in its life; readers may be pointed at a published one only."""

    BUILDING = "building"
    PUBLISHED = "published"
    REFUSED = "refused"
    RETIRED = "retired"


class Content(StrEnum):
    """What a generation is made of: one collection each."""

    USER_LISTS = "user_recommendations"
    MOVIE_LISTS = "movie_recommendations"
    CATALOGUE = "movies"
    POPULAR_LISTS = "popular"

    def of(self, generation: str) -> str:
        """Return the name of this collection in a generation."""
        return f"{self}_{generation}"


MAKERS = {Content.USER_LISTS: "recommender", Content.MOVIE_LISTS: "similar_movies"}
"""The role, in `models`, of what makes these lists."""

_COLLECTION = re.compile(rf"(?:{'|'.join(Content)})_(\d{{4}}-\d\d-\d\dT\d{{6}}Z)")


def generation_id(began_at: datetime) -> str:
    """Return the id of a generation begun at that moment, such as 2026-11-20T003105Z; ids sort by time."""
    return began_at.astimezone(UTC).strftime(_ID_FORMAT)


def begun_at(generation: str) -> datetime:
    """Return the moment a generation's id stands for."""
    return datetime.strptime(generation, _ID_FORMAT).replace(tzinfo=UTC)


def generation_of(collection: str) -> str | None:
    """Return the generation a collection belongs to, or None for any other collection."""
    match = _COLLECTION.fullmatch(collection)
    return match[1] if match else None
