"""What is said of the movies a user liked, for users with a short history and movies that nobody rated."""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalogue import Catalogue
from models.fallback import only_itself
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import NO_MOVIE, Arrays, Parameters, TopLists, constructor_arguments, empty_lists
from models.top_k import top_by_factors


class Content:
    """Content-based filtering (Pazzani and Billsus 2007), from a user's history as it is when a list is made.

    A user's profile is the sum over the rated movies of (stars - usual stars) * content, divided by the sum of
    abs(stars - usual stars). Usual are the mean stars of the user and of `shrinkage` ratings with the mean of all. A
    movie's score is profile . content + popularity_weight * log(1 + n_ratings) / log(1 + largest n_ratings).
    """

    name: ClassVar[str] = "content"

    # NDCG@10 on ml-latest-small's validation parts, by user and by time (20 users): .067, .148. Popularity weighted 0
    # gives .020, .078; .03 .045, .128; .3 .086, .178, but a third as many movies are in any list: it takes over. A
    # shrinkage of 1 gives .067, .143, of 20 .071, .146; raw stars instead of those above the usual .054, .028.
    def __init__(self, shrinkage: float = 5.0, popularity_weight: float = 0.1) -> None:
        self.shrinkage = shrinkage
        self.popularity_weight = popularity_weight

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Remember what is said of the movies, how often they were rated, and the mean of all stars."""
        n_ratings = np.bincount(ratings.movie_index, minlength=len(ratings.movies))
        self.movies, self.content = ratings.movies, catalogue.content
        self.popularity = (np.log1p(n_ratings) / np.log1p(n_ratings.max(initial=1))).astype(np.float32)
        self.mean_rating = np.float32(ratings.rating.mean() if len(ratings) else 0)
        return self

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the movies most like what `history` shows each user liking; without a history, an empty list."""
        lists = empty_lists(len(user_ids), n)
        seen = history.of_users(user_ids, self.movies)
        known = np.flatnonzero(np.diff(seen.indptr))
        profiles = self._profiles(sparse.csr_array(seen[known]))
        users = np.hstack([profiles, np.full((len(profiles), 1), self.popularity_weight, np.float32)])
        movies = np.hstack([self.content, self.popularity[:, None]])
        return top_by_factors(users, movies, sparse.csr_array(seen[known]), n, self.movies.ids, lists, known)

    def similar_movies(self, movie_ids: NDArray[np.int64], n: int) -> TopLists:
        """Return for each movie the `n` of the largest cosine of contents, never itself, ties by movie id.

        Only cosines above 0 are listed. An unknown movie, and one of which nothing is said, has an empty list.
        """
        lists = empty_lists(len(movie_ids), n)
        position = self.movies.positions(movie_ids)
        known = position >= 0
        itself = only_itself(movie_ids[known], self.movies)
        found = top_by_factors(self.content[position[known]], self.content, itself, n, self.movies.ids)
        alike = found.scores > 0
        lists.movie_ids[known] = np.where(alike, found.movie_ids, NO_MOVIE)
        lists.scores[known] = np.where(alike, found.scores, -np.inf)
        return lists

    def _profiles(self, rated: sparse.csr_array) -> NDArray[np.float32]:
        """Return (n_users, n_dimensions) from rows that hold the stars of (n_users, n_movies)."""
        n_rated = np.diff(rated.indptr)
        usual = (rated.sum(axis=1) + self.shrinkage * self.mean_rating) / (n_rated + self.shrinkage)
        liking = rated.copy()
        liking.data = (rated.data - np.repeat(usual, n_rated)).astype(np.float32)
        total = np.maximum(abs(liking).sum(axis=1), np.finfo(np.float32).tiny)
        return ((liking @ self.content) / total[:, None]).astype(np.float32)

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return `movie_ids` and `popularity` (n_movies), `content` (n_movies, n_dimensions) and `mean_rating` ()."""
        return {
            "movie_ids": self.movies.ids,
            "content": self.content,
            "popularity": self.popularity,
            "mean_rating": np.array(self.mean_rating),
        }

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        model.movies, model.content = IdMap(arrays["movie_ids"]), arrays["content"]
        model.popularity, model.mean_rating = arrays["popularity"], np.float32(arrays["mean_rating"])
        return model
