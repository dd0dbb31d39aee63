"""What people rate soon after the movies a user rated last."""

from collections.abc import Iterator
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalogue import Catalogue
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Arrays, Parameters, TopLists, constructor_arguments, empty_lists
from models.top_k import top_by_scores

USERS_PER_BLOCK = 256
"""So many users have a dense row of scores at a time."""

RATINGS_PER_BLOCK = 500_000
"""What follows about so many ratings is held at a time."""


class Transitions:
    """A first-order Markov chain (Rendle et al. 2010) over the order of ratings, from a user's last few movies.

    With follows[a, b] = sum, over users who rated b at most `n_steps` movies after a, of 1 / sqrt(steps between), the
    chance of b after a is follows[a, b] / (sqrt(n_ratings[a] * n_ratings[b]) + shrinkage), of which the `n_kept`
    largest are kept for each a. A movie's score is the sum of its chances after the user's `n_recent` newest ratings,
    of which the k-th newest counts 1 / sqrt(k), plus popularity_weight * n_ratings / largest n_ratings.
    """

    name: ClassVar[str] = "transitions"

    # NDCG@10 on ml-latest-small's validation parts, by user and by time (20 users): .176, .162. To either side, 10
    # steps with a shrinkage of 10 give .159, .126, 40 with 40 .176, .171. From those .159 on, the 5 or 20 newest
    # ratings lead to .156, .154, and popularity weighted .001 or .2 to .151 both.
    def __init__(
        self,
        n_recent: int = 10,
        n_steps: int = 30,
        shrinkage: float = 30.0,
        n_kept: int = 200,
        popularity_weight: float = 0.05,
    ) -> None:
        self.n_recent = n_recent
        self.n_steps = n_steps
        self.shrinkage = shrinkage
        self.n_kept = n_kept
        self.popularity_weight = popularity_weight

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Count who was rated after whom; ratings of one second follow each other by movie id."""
        n_ratings = np.bincount(ratings.movie_index, minlength=len(ratings.movies))
        self.movies = ratings.movies
        self.popularity = (n_ratings / n_ratings.max(initial=1)).astype(np.float32)
        usual = np.sqrt(n_ratings, dtype=np.float64)
        self.chances = sparse.csr_array((len(self.movies), len(self.movies)), dtype=np.float32)
        for follows in _follows(ratings, n_ratings, self.n_steps):
            follows.data /= usual[follows.row] * usual[follows.col] + self.shrinkage
            self.chances = self.chances + _largest_of_rows(follows.tocsr(), self.n_kept).astype(np.float32)
        return self

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the likeliest movies after those `history` shows each user rating last; without any, an empty list."""
        lists = empty_lists(len(user_ids), n)
        times = history.times_of_users(user_ids, self.movies)
        told = np.flatnonzero(np.diff(times.indptr))
        for first in range(0, len(told), USERS_PER_BLOCK):
            rows = told[first : first + USERS_PER_BLOCK]
            rated_at = sparse.csr_array(times[rows])
            scores = (_recency(rated_at, self.n_recent) @ self.chances).toarray()
            scores += np.float32(self.popularity_weight) * self.popularity
            lists.movie_ids[rows], lists.scores[rows] = top_by_scores(scores, rated_at, n, self.movies.ids)
        return lists

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return `movie_ids` and `popularity` (n_movies), and the chances as the three arrays of a CSR matrix."""
        return {
            "movie_ids": self.movies.ids,
            "popularity": self.popularity,
            "chances": self.chances.data,
            "next_movie": self.chances.indices,
            "first_chance": self.chances.indptr,
        }

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        model.movies, model.popularity = IdMap(arrays["movie_ids"]), arrays["popularity"]
        entries = arrays["chances"], arrays["next_movie"], arrays["first_chance"]
        model.chances = sparse.csr_array(entries, shape=(len(model.movies), len(model.movies)))
        return model


def _follows(ratings: Ratings, n_ratings: NDArray[np.int64], n_steps: int) -> Iterator[sparse.coo_array]:
    """Yield, for some movies after others, how often each movie was rated after them, nearer counting more.

    Each is (n_movies, n_movies), with the rows of its own movies alone.
    """
    order = np.lexsort((ratings.movie_index, ratings.rated_at, ratings.user_index))
    user, movie = ratings.user_index[order], ratings.movie_index[order]
    by_movie = np.argsort(movie, kind="stable")
    block = (np.cumsum(n_ratings) // RATINGS_PER_BLOCK)[movie[by_movie]]
    for places in np.split(by_movie, np.flatnonzero(np.diff(block)) + 1):
        steps = np.arange(1, n_steps + 1)[:, None]
        next_places = np.minimum(places + steps, len(order) - 1)
        is_same_user = (places + steps == next_places) & (user[next_places] == user[places])
        step, place = np.nonzero(is_same_user)
        weight, pairs = 1 / np.sqrt(step + 1), (movie[places[place]], movie[next_places[is_same_user]])
        yield sparse.csr_array((weight, pairs), shape=(len(n_ratings), len(n_ratings))).tocoo()


def _largest_of_rows(matrix: sparse.csr_array, n: int) -> sparse.csr_array:
    """Return the matrix with the `n` largest entries of each row, of equal ones those further left."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -matrix.data, row))
    kept = order[np.arange(len(order)) - matrix.indptr[row] < n]
    return sparse.csr_array((matrix.data[kept], (row[kept], matrix.indices[kept])), shape=matrix.shape)


def _recency(rated_at: sparse.csr_array, n: int) -> sparse.csr_array:
    """Return 1 / sqrt(k) for the k-th newest of each row's entries, and nothing for those beyond the n newest."""
    row = np.repeat(np.arange(rated_at.shape[0]), np.diff(rated_at.indptr))
    newest_first = np.lexsort((-rated_at.indices, -rated_at.data, row))
    place = np.arange(len(row)) - rated_at.indptr[row]
    kept = newest_first[place < n]
    weight = 1 / np.sqrt(place[place < n] + 1, dtype=np.float32)
    return sparse.csr_array((weight, (row[kept], rated_at.indices[kept])), shape=rated_at.shape)
