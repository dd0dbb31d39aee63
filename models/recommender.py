"""What every candidate model can do."""

from inspect import signature
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.catalogue import Catalogue
from models.ratings import Ratings

NO_MOVIE = -1
"""The movie id that pads a list shorter than the others."""

Parameters = dict[str, Any]
"""Constructor arguments by name, each an int, float or str, as JSON can hold them."""

Arrays = dict[str, NDArray]
"""What was learned, as plain arrays by name."""


class TopLists(NamedTuple):
    """Lists for many users (or movies), row by row in the order they were asked for, best first.

    `movie_ids` is int64 of shape (n_rows, n), padded at the end by NO_MOVIE; `scores` is float32 of the same shape,
    padded by -inf. Scores order one model's list; they are not comparable between models.
    """

    movie_ids: NDArray[np.int64]
    scores: NDArray[np.float32]


def constructor_arguments(model: object) -> Parameters:
    """Return the attributes of a model that are named as its constructor's arguments are."""
    return {name: getattr(model, name) for name in signature(type(model)).parameters}


def empty_lists(n_rows: int, n: int) -> TopLists:
    """Return lists that are nothing but padding, to be filled."""
    return TopLists(np.full((n_rows, n), NO_MOVIE, np.int64), np.full((n_rows, n), -np.inf, np.float32))


class Model(Protocol):
    """Learns from ratings; fitted, it is its parameters and its arrays."""

    name: ClassVar[str]

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Learn from `ratings` and, where it cares, from what is said of the same movies.

        `catalogue.movies` equals `ratings.movies`. Fitting again forgets what was learned before.
        """

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""

    def arrays(self) -> Arrays:
        """Return everything that was learned: with `parameters`, the whole model."""

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model from what `parameters` and `arrays` returned."""


class Lister(Protocol):
    """Lists movies for users."""

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return each user's `n` best movies of the catalogue that `history` does not show them rating.

        A user the model does not know gets what it has to say of a stranger, or an empty (padded) list.
        """


class Recommender(Model, Lister, Protocol):
    """Learns from ratings, then lists movies for users."""


class SimilarMovies(Model, Protocol):
    """Lists movies for movies."""

    def similar_movies(self, movie_ids: NDArray[np.int64], n: int) -> TopLists:
        """Return the `n` movies most alike each movie, never itself; one it knows nothing of has an empty list."""
