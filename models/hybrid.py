"""Matrix factorisation of users and movies through what describes them, which can go on learning."""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from models.catalogue import Catalogue
from models.descriptions import describe_movies, describe_users
from models.factors import factor_arrays, take_factors
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Arrays, Parameters, TopLists, constructor_arguments, empty_lists
from models.top_k import top_by_factors
from models.warp import FeatureFactors, learn

USUAL_STARS = 3.5
"""A rating of so many stars has the weight 1, another in proportion."""

LATER_STEPS = 0.2
"""The share of the learning rate with which learning goes on.

On ml-latest-small's validation part by user, with each user's last 10 % learned later: NDCG@10 .112 without them, .114
with them, .118 had all been learned at once; but .104 with the whole rate, as old favourites count as not chosen.
"""


class Hybrid:
    """LightFM (Kula 2015): a user's or movie's factors are the sum of the factors of all that describes them.

    A movie that was rated is itself, and every movie is its genres, decade, tags and title words; a user is
    themselves and their favourite genres. A score is the product of both factors plus the movie's bias. So users and
    movies without much of a past start from what they share with others.
    """

    name: ClassVar[str] = "hybrid"

    # The best NDCG@10 on the last 20 % of every user's training ratings of ml-latest-small (mean over 3 seeds): .117.
    # Values to either side: 16 and 64 factors .109, .110, 5 and 20 epochs .105, .116, learning rate .03 and .08 .104,
    # .109, regularization 1e-5 and 1e-4 .116, .115. Seeds differ by .005.
    def __init__(
        self,
        n_factors: int = 32,
        n_epochs: int = 10,
        learning_rate: float = 0.05,
        regularization: float = 3e-5,
        seed: int = 42,
    ) -> None:
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.learning_rate = learning_rate
        self.regularization = regularization
        self.seed = seed

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Learn from nothing but these ratings."""
        self.user_features = self.movie_features = FeatureFactors.nothing(self.n_factors)
        self.users, self.genre_counts = IdMap([]), np.zeros((0, catalogue.genres.shape[1]), np.float32)
        return self._go_on(ratings, catalogue, self.learning_rate)

    def fit_partial(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Go on learning from ratings that came since; those learned from before are not needed.

        `catalogue` holds all movies there are by now and equals `ratings.movies`. Lists are of its movies from now on.
        Learning from the same ratings again counts them twice.
        """
        return self._go_on(ratings, catalogue, LATER_STEPS * self.learning_rate)

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the movies of the best scores; for a user it has not learned of, an empty list."""
        lists = empty_lists(len(user_ids), n)
        position = self.users.positions(user_ids)
        known = np.flatnonzero(position >= 0)
        seen = history.of_users(user_ids[known], self.movies)
        factors = self.user_factors[position[known]]
        return top_by_factors(factors, self.movie_factors, seen, n, self.movies.ids, lists, known)

    def _go_on(self, ratings: Ratings, catalogue: Catalogue, learning_rate: float) -> Self:
        self._count(ratings, catalogue)
        users = describe_users(self.users, self.genre_counts)
        movies = describe_movies(catalogue, self._is_rated(ratings))
        self._know_features(users.feature_ids, movies.feature_ids)
        user_rows = users.columns_of(self.user_features.features)
        movie_rows = movies.columns_of(self.movie_features.features)
        if len(ratings):
            self._learn(user_rows, movie_rows, ratings, learning_rate)
        self.user_factors = self.user_features.vectors(user_rows)
        self.user_factors[:, -1] = 1  # takes the movie's bias; the user's own changes no order
        self.movie_factors = self.movie_features.vectors(movie_rows)
        self._put_last(np.diff(movie_rows.indptr) == 0)
        return self

    def _count(self, ratings: Ratings, catalogue: Catalogue) -> None:
        """Add the ratings to how many there are of each user by genre."""
        users = self.users.union(ratings.users.ids[np.unique(ratings.user_index)])
        counts = np.zeros((len(users), self.genre_counts.shape[1]), np.float32)
        counts[users.positions(self.users.ids)] = self.genre_counts
        self.users, self.movies = users, catalogue.movies
        rated = self._by_user(np.ones_like(ratings.rating), ratings).tocsr()
        self.genre_counts = counts + rated @ catalogue.genres.astype(np.float32)

    def _is_rated(self, ratings: Ratings) -> NDArray[np.bool_]:
        """Tell of each movie whether it is rated now, or was and so has factors of its own."""
        is_rated = self.movie_features.features.positions(self.movies.ids) >= 0
        is_rated[ratings.movie_index] = True
        return is_rated

    def _know_features(self, of_users: NDArray[np.int64], of_movies: NDArray[np.int64]) -> None:
        """Make room for what is met for the first time: of users by chance, so that factors differ, of movies at 0."""
        chance = np.random.default_rng(self.seed).random((len(of_users), self.n_factors), np.float32)
        nothing = np.zeros((len(of_movies), self.n_factors), np.float32)
        self.user_features = self.user_features.with_features(
            of_users, (chance - np.float32(0.5)) / np.float32(self.n_factors)
        )
        self.movie_features = self.movie_features.with_features(of_movies, nothing)

    def _learn(
        self, user_rows: sparse.csr_matrix, movie_rows: sparse.csr_matrix, ratings: Ratings, learning_rate: float
    ) -> None:
        self.user_features, self.movie_features = learn(
            self.user_features,
            self.movie_features,
            user_rows,
            movie_rows,
            self._by_user(ratings.rating / USUAL_STARS, ratings),
            n_epochs=self.n_epochs,
            learning_rate=learning_rate,
            regularization=self.regularization,
            seed=self.seed,
        )

    def _by_user(self, weights: NDArray[np.float32], ratings: Ratings) -> sparse.coo_array:
        """Return one weight per rating as (n_users, n_movies), for the users learned of."""
        row = self.users.positions(ratings.users.ids)[ratings.user_index]
        return sparse.coo_array((weights, (row, ratings.movie_index)), shape=(len(self.users), len(self.movies)))

    def _put_last(self, unknown: NDArray[np.bool_]) -> None:
        """Give movies of which nothing is known, `unknown` (n_movies), the same score below all others."""
        longest = [
            np.linalg.norm(factors, axis=1).max(initial=0) for factors in (self.user_factors, self.movie_factors)
        ]
        self.movie_factors[unknown, -1] = -2 * longest[0] * longest[1]

    def without_users(self, user_ids: ArrayLike) -> Self:
        """Forget users: nothing of their own is left. What movies have learned from them, in sums over all, stays."""
        kept = ~np.isin(self.users.ids, user_ids)
        self.user_features = self.user_features.without(user_ids)
        self.users = IdMap(self.users.ids[kept])
        self.user_factors, self.genre_counts = self.user_factors[kept], self.genre_counts[kept]
        return self

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return what lists are made from, and what goes on learning.

        The first are `user_ids`, `movie_ids`, `user_factors` and `movie_factors` (each of n_factors + 1 columns); the
        second `genre_counts` (n_users, n_genres) and the factors of all features.
        """
        return {
            **factor_arrays(self),
            "genre_counts": self.genre_counts,
            **self.user_features.arrays("user"),
            **self.movie_features.arrays("movie"),
        }

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model, ready to go on learning."""
        model = cls(**parameters)
        take_factors(model, arrays)
        model.genre_counts = arrays["genre_counts"]
        model.user_features = FeatureFactors.restore("user", arrays)
        model.movie_features = FeatureFactors.restore("movie", arrays)
        return model
