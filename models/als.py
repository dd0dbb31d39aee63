"""Matrix factorisation of who rated what, by alternating least squares."""

from copy import copy
from typing import ClassVar, Self

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from models.catalogue import Catalogue
from models.factors import factor_arrays, take_factors
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Arrays, Parameters, TopLists, constructor_arguments, empty_lists
from models.top_k import top_by_factors

MANY_RATINGS = 1_000_000
"""From here on every core is used; with fewer ratings, threads wait for each other longer than they work."""


class Als:
    """Collaborative filtering for implicit feedback (Hu, Koren and Volinsky 2008).

    The preference of user u for movie m is 1 if u rated m, else 0, and is trusted with confidence
    1 + confidence_per_star * rating, which is 1 for an unrated movie. The fit minimises the sum over all pairs of
    confidence * (preference - user_factors[u] . movie_factors[m])^2, plus regularization times all squared factors.
    """

    name: ClassVar[str] = "als"

    # The best NDCG@10 on the last 20 % of every user's training ratings of ml-latest-small (mean over seeds): .131.
    # Values to either side: 32 and 128 factors .127, .132 (in twice the time), 10 and 30 epochs .130, .132,
    # regularization 10 and 40 .124, .110, confidence .1 and .5 .127, .130; the paper's 40 gives .099.
    def __init__(
        self,
        n_factors: int = 64,
        n_epochs: int = 15,
        regularization: float = 20.0,
        confidence_per_star: float = 0.25,
        seed: int = 42,
    ) -> None:
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.regularization = regularization
        self.confidence_per_star = confidence_per_star
        self.seed = seed

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Learn the factors of all users with ratings and of all movies; those without ratings get zeros."""
        self.users, confidence = self._confidence(ratings, ratings.movies)
        self.movies = ratings.movies
        with threadpool_limits(1, "blas"):  # whose threads would get in the way of the solver's, and change the bits
            solver = self._solver(len(ratings))
            solver.fit(confidence, show_progress=False)
        self.user_factors: NDArray[np.float32] = solver.user_factors
        self.movie_factors: NDArray[np.float32] = solver.item_factors
        return self

    def fold_in_users(self, history: Ratings) -> Self:
        """Return a model that knows exactly the users who rated a known movie in `history`; this one stays as it is.

        Their factors minimise the loss for the movie factors, which both models share.
        """
        model = copy(self)
        model.users, confidence = self._confidence(history, self.movies)
        with threadpool_limits(1, "blas"):
            solver = self._solver(len(history))
            solver.item_factors = self.movie_factors
            model.user_factors = solver.recalculate_user(np.arange(len(model.users)), confidence)
        return model

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the movies of the largest dot products with each user's factors; for a stranger, an empty list."""
        lists = empty_lists(len(user_ids), n)
        position = self.users.positions(user_ids)
        known = np.flatnonzero(position >= 0)
        seen = history.of_users(user_ids[known], self.movies)
        factors = self.user_factors[position[known]]
        return top_by_factors(factors, self.movie_factors, seen, n, self.movies.ids, lists, known)

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return `user_ids`, `movie_ids`, and the factors, (n_users, n_factors) and (n_movies, n_factors)."""
        return factor_arrays(self)

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        take_factors(model, arrays)
        return model

    def _confidence(self, ratings: Ratings, movies: IdMap) -> tuple[IdMap, sparse.csr_matrix]:
        """Return the users who rated some of `movies`, and their confidence in what they rated, (n_users, n_movies)."""
        stars = ratings.of_users(ratings.users.ids, movies)
        has_rated = np.diff(stars.indptr) > 0
        confidence = sparse.csr_matrix(stars[has_rated])
        confidence.data = 1 + np.float32(self.confidence_per_star) * confidence.data
        return IdMap(ratings.users.ids[has_rated]), confidence

    def _solver(self, n_ratings: int) -> AlternatingLeastSquares:
        return AlternatingLeastSquares(
            factors=self.n_factors,
            iterations=self.n_epochs,
            regularization=self.regularization,
            random_state=self.seed,
            num_threads=0 if n_ratings >= MANY_RATINGS else 1,
        )
