"""A linear model from movies to movies, solved in one step."""

from math import isqrt
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import inv
from threadpoolctl import threadpool_limits

from models.catalogue import Catalogue
from models.fallback import only_itself
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import NO_MOVIE, Arrays, Parameters, TopLists, constructor_arguments, empty_lists
from models.top_k import top_by_scores

BYTES_PER_PAIR = 12
"""What a fit holds of every two movies (or users): a float64, which is inverted in place, then its float32."""

ROWS_PER_BLOCK = 256
"""So many users or movies have a dense row at a time."""


class Ease:
    """Embarrassingly shallow autoencoder (Steck 2019): each movie is predicted from the others a user rated.

    With the stars X (n_users, n_movies; 0 where unrated) it minimises |X - X B|^2 + regularization * |B|^2 where B has
    a diagonal of zeros. Users are what they rated, so new ones need no new fit.

    The solution is B[i, j] = G[i, j] / (1 - G[j, j]) with ridge regression's G = I - regularization * (X'X +
    regularization * I)^-1, or, which is the same, G = X' (X X' + regularization * I)^-1 X: one inverse is as large as
    there are movies, the other as there are users, and the smaller is taken. Where neither fits into `memory_budget_mb`
    (million bytes), it learns of as many of the most-rated movies as do, ties by movie id.
    """

    name: ClassVar[str] = "ease"

    # Study "ease 2026-11-21" on ml-latest-small, 40 trials: NDCG@10 .129 from 1,500 to 2,000, .127 at 1,000. With 1 in
    # place of the stars the best is lower by .005 (regularization 200).
    def __init__(self, regularization: float = 1700.0, memory_budget_mb: int = 2000) -> None:
        self.regularization = regularization
        self.memory_budget_mb = memory_budget_mb

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Solve for the weights between the movies that have ratings, or for what they are made of."""
        n_by_movie = np.bincount(ratings.movie_index, minlength=len(ratings.movies))
        n_by_user = np.bincount(ratings.user_index, minlength=len(ratings.users))
        n_movies, n_users = np.count_nonzero(n_by_movie), np.count_nonzero(n_by_user)
        most = isqrt(self.memory_budget_mb * 10**6 // BYTES_PER_PAIR)
        kind = _ThroughUsers if n_users < n_movies and n_users <= most else _BetweenMovies
        n_learned = n_movies if kind is _ThroughUsers else min(n_movies, most)
        learned = np.sort(np.argsort(-n_by_movie, kind="stable")[:n_learned])
        self.movies, self.learned = ratings.movies, IdMap(ratings.movies.ids[learned])
        stars = ratings.matrix[n_by_user > 0][:, learned]
        with threadpool_limits(1, "blas"):  # more threads give other bits
            self.weights = kind.of(stars, self.regularization)
        return self

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the movies of the largest sums of stars * weight over what each user rated.

        Whoever rated none of the movies it learned of has an empty list; movies it did not learn of come last.
        """
        return self._lists(history.of_users(user_ids, self.movies), n)

    def similar_movies(self, movie_ids: NDArray[np.int64], n: int) -> TopLists:
        """Return the movies that each movie has the largest weights for, as far as these are above 0."""
        lists = self._lists(only_itself(movie_ids, self.movies), n)
        alike = lists.scores > 0
        return TopLists(np.where(alike, lists.movie_ids, NO_MOVIE), np.where(alike, lists.scores, -np.inf))

    def _lists(self, history: sparse.csr_array, n: int) -> TopLists:
        """Return the best movies for each row of stars (n_rows, n_movies), without those it holds."""
        lists = empty_lists(history.shape[0], n)
        column = self.movies.positions(self.learned.ids)
        learned = history[:, column]
        told = np.flatnonzero(np.diff(learned.indptr))
        for first in range(0, len(told), ROWS_PER_BLOCK):
            rows = told[first : first + ROWS_PER_BLOCK]
            with threadpool_limits(1, "blas"):
                of_learned = self.weights.scores(learned[rows])
            scores = np.repeat(of_learned.min(axis=1, keepdims=True, initial=0) - 1, len(self.movies), axis=1)
            scores[:, column] = of_learned
            found = top_by_scores(scores, history[rows], n, self.movies.ids)
            lists.movie_ids[rows], lists.scores[rows] = found
        return lists

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return `movie_ids`, the `learned_ids` among them, and what is known of these.

        Either `weights` (n_learned, n_learned) or `inverse` (n_users, n_users), `others` (n_learned) and, one entry per
        rating learned from, `user_index`, `movie_index` and `stars`.
        """
        return {"movie_ids": self.movies.ids, "learned_ids": self.learned.ids, **self.weights.arrays()}

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        model.movies, model.learned = IdMap(arrays["movie_ids"]), IdMap(arrays["learned_ids"])
        model.weights = (_BetweenMovies if "weights" in arrays else _ThroughUsers).restore(arrays)
        return model


class _BetweenMovies(NamedTuple):
    """B itself, (n_movies, n_movies)."""

    weights: NDArray[np.float32]

    @classmethod
    def of(cls, stars: sparse.csr_array, regularization: float) -> Self:
        inverse = _inverse(stars.T.tocsr(), regularization)
        np.divide(inverse, -inverse.diagonal(), out=inverse)
        np.fill_diagonal(inverse, 0)
        return cls(inverse.astype(np.float32))

    def scores(self, history: sparse.csr_array) -> NDArray[np.float32]:
        return history @ self.weights

    def arrays(self) -> Arrays:
        return {"weights": self.weights}

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        return cls(arrays["weights"])


class _ThroughUsers(NamedTuple):
    """What B is made of: but for the diagonal, it is stars' inverse stars / others, and is never built.

    `stars` is (n_users, n_movies), `inverse` (n_users, n_users), and `others` (n_movies) is 1 - diagonal(G).
    """

    stars: sparse.csr_array
    inverse: NDArray[np.float32]
    others: NDArray[np.float32]

    @classmethod
    def of(cls, stars: sparse.csr_array, regularization: float) -> Self:
        inverse = _inverse(stars, regularization)
        by_movie = stars.T.tocsr()
        of_itself = [by_movie[rows].multiply(by_movie[rows] @ inverse).sum(axis=1) for rows in _blocks(stars.shape[1])]
        return cls(stars, inverse.astype(np.float32), (1 - np.concatenate(of_itself)).astype(np.float32))

    def scores(self, history: sparse.csr_array) -> NDArray[np.float32]:
        """Return history B, (n_rows, n_movies); of movies that a row of `history` holds it means nothing.

        `history` has ROWS_PER_BLOCK rows at most, and none changes a bit of another's scores.
        """
        n_rows = history.shape[0]
        shared = np.zeros((ROWS_PER_BLOCK, len(self.inverse)), np.float32)  # BLAS sums fewer rows in another order
        shared[:n_rows] = (history @ self.stars.T).toarray()
        return (shared @ self.inverse)[:n_rows] @ self.stars / self.others

    def arrays(self) -> Arrays:
        entries = self.stars.tocoo()
        return {
            "inverse": self.inverse,
            "others": self.others,
            "user_index": entries.row,
            "movie_index": entries.col,
            "stars": entries.data,
        }

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        inverse, others = arrays["inverse"], arrays["others"]
        entries = arrays["stars"], (arrays["user_index"], arrays["movie_index"])
        return cls(sparse.csr_array(entries, shape=(len(inverse), len(others))), inverse, others)


def _inverse(rows: sparse.csr_array, regularization: float) -> NDArray[np.float64]:
    """Return (rows rows' + regularization * I)^-1, which is symmetric, inverted where it stands."""
    columns, n = rows.T.tocsr(), rows.shape[0]
    products = np.empty((n, n))
    for block in _blocks(n):
        products[block] = (rows[block] @ columns).toarray()
    np.fill_diagonal(products, products.diagonal() + regularization)
    return inv(products.T, overwrite_a=True, check_finite=False, assume_a="pos").T


def _blocks(n: int) -> list[slice]:
    return [slice(first, first + ROWS_PER_BLOCK) for first in range(0, n, ROWS_PER_BLOCK)]
