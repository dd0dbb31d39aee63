"""Kinds of users and of movies, on each of which a model is looked at by itself."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infra.tables import GENRES, genre_column
from models.catalogue import Catalogue
from models.ratings import Ratings

NEW_USER, LIGHT_USER = 20, 100
"""Up to so many ratings someone is new, or light; beyond, heavy. MovieLens asks newcomers for 20."""

HEAD_SHARE, TAIL_SHARE = 0.5, 0.2
"""The head is the most rated movies that hold half of all ratings, the tail the least rated that hold a fifth."""


class Slices(NamedTuple):
    """What each slice holds: users as bool (n_users), movies as bool (n_movies), by the slice's name."""

    users: dict[str, NDArray[np.bool_]]
    movies: dict[str, NDArray[np.bool_]]


def slices_of(train: Ratings, catalogue: Catalogue) -> Slices:
    """Return the slices as the training ratings and the catalogue tell them.

    Users: `new_users`, `light_users`, `heavy_users`. Movies: `head_movies`, `middle_movies`, `tail_movies`, which
    includes those nobody rated, and one for each genre, such as `genre_sci_fi`.
    """
    n_by_user = np.bincount(train.user_index, minlength=len(train.users))
    n_by_movie = np.bincount(train.movie_index, minlength=len(train.movies))
    before = ratings_before(n_by_movie)
    is_head = before < HEAD_SHARE * len(train)
    is_tail = before >= (1 - TAIL_SHARE) * len(train)
    of_genres = {f"genre_{genre_column(genre)}": catalogue.genres[:, i] for i, genre in enumerate(GENRES)}
    return Slices(
        {
            "new_users": n_by_user <= NEW_USER,
            "light_users": (n_by_user > NEW_USER) & (n_by_user <= LIGHT_USER),
            "heavy_users": n_by_user > LIGHT_USER,
        },
        {"head_movies": is_head, "middle_movies": ~is_head & ~is_tail, "tail_movies": is_tail, **of_genres},
    )


def ratings_before(n_ratings: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each movie (n_movies) the ratings of all that have more than its `n_ratings`, ties by position."""
    most_rated_first = np.argsort(-n_ratings, kind="stable")
    before = np.empty(len(n_ratings), np.int64)
    before[most_rated_first] = np.cumsum(n_ratings[most_rated_first]) - n_ratings[most_rated_first]
    return before
