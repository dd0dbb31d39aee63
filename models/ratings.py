"""What models learn from, as arrays."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from models.id_map import IdMap


@dataclass(frozen=True)
class Ratings:
    """One entry per (user, movie), as parallel arrays of length n_ratings.

    `users` and `movies` may hold ids without a rating: `movies` is the whole catalogue, so that all of it is ranked.
    `rating` is 0.5 to 5.0; `rated_at` is seconds since 1970 (UTC).
    """

    users: IdMap
    movies: IdMap
    user_index: NDArray[np.int32]
    movie_index: NDArray[np.int32]
    rating: NDArray[np.float32]
    rated_at: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        user_ids: ArrayLike,
        movie_ids: ArrayLike,
        rating: ArrayLike,
        rated_at: ArrayLike,
        catalogue: ArrayLike = (),
    ) -> Self:
        """Build from the dataset's own ids; movies of `catalogue` that nobody rated are known too."""
        users, movies = IdMap(user_ids), IdMap(movie_ids).union(catalogue)
        return cls(
            users,
            movies,
            users.positions(user_ids).astype(np.int32),
            movies.positions(movie_ids).astype(np.int32),
            np.asarray(rating, np.float32),
            np.asarray(rated_at, np.int64),
        )

    def __len__(self) -> int:
        """Return how many ratings there are."""
        return len(self.rating)

    def where(self, mask: NDArray[np.bool_]) -> "Ratings":
        """Return the ratings that `mask` (n_ratings) marks; users and movies keep their positions."""
        return Ratings(
            self.users,
            self.movies,
            self.user_index[mask],
            self.movie_index[mask],
            self.rating[mask],
            self.rated_at[mask],
        )

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """Ratings as a sparse (n_users, n_movies) float32 matrix with sorted columns."""
        shape = (len(self.users), len(self.movies))
        return sparse.csr_array((self.rating, (self.user_index, self.movie_index)), shape=shape)

    @cached_property
    def times(self) -> sparse.csr_array:
        """`rated_at` as a sparse (n_users, n_movies) int64 matrix with the entries of `matrix`."""
        shape = (len(self.users), len(self.movies))
        return sparse.csr_array((self.rated_at, (self.user_index, self.movie_index)), shape=shape)

    def of_users(self, user_ids: ArrayLike, movies: IdMap) -> sparse.csr_array:
        """Return a (len(user_ids), len(movies)) matrix: rows in the order asked, columns as `movies`.

        An unknown user's row is empty; movies that `movies` does not hold are left out.
        """
        return self._rows(self.matrix, user_ids, movies)

    def times_of_users(self, user_ids: ArrayLike, movies: IdMap) -> sparse.csr_array:
        """Return what `of_users` does, with `rated_at` in place of the rating."""
        return self._rows(self.times, user_ids, movies)

    def _rows(self, matrix: sparse.csr_array, user_ids: ArrayLike, movies: IdMap) -> sparse.csr_array:
        rows = self.users.positions(user_ids)
        known = np.flatnonzero(rows >= 0)
        columns = movies.positions(self.movies.ids)
        picked = matrix[rows[known]].tocoo()
        keep = columns[picked.col] >= 0
        entries = picked.data[keep], (known[picked.row[keep]], columns[picked.col[keep]])
        return sparse.csr_array(entries, shape=(len(rows), len(movies)))
