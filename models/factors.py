"""How models that are factors of users and of movies leave and come back as arrays."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.id_map import IdMap
from models.recommender import Arrays


class Factorised(Protocol):
    """Row by row of `users` and `movies`, the factors whose products are scores."""

    users: IdMap
    movies: IdMap
    user_factors: NDArray[np.float32]
    movie_factors: NDArray[np.float32]


def factor_arrays(model: Factorised) -> Arrays:
    """Return `user_ids`, `movie_ids`, and the factors, (n_users, n_factors) and (n_movies, n_factors)."""
    return {
        "user_ids": model.users.ids,
        "movie_ids": model.movies.ids,
        "user_factors": model.user_factors,
        "movie_factors": model.movie_factors,
    }


def take_factors(model: Factorised, arrays: Arrays) -> None:
    """Give a model back what `factor_arrays` returned."""
    model.users, model.movies = IdMap(arrays["user_ids"]), IdMap(arrays["movie_ids"])
    model.user_factors, model.movie_factors = arrays["user_factors"], arrays["movie_factors"]
