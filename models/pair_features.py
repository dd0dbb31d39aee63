"""What the second stage knows of a user and a movie: `infra.tables.PAIR_FEATURES`, as arrays.

`features/pairs.py` says the same in Spark. Everything counts back from the newest rating that the movies' side was made
of, and nothing else is looked at, so nothing of after a cut-off can enter. What is unknown is NaN.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from infra.tables import MOVIE_IN_PAIR, PAIR_FEATURES, USER_IN_PAIR
from models.candidates import Candidates
from models.catalogue import Catalogue, unit_rows
from models.ratings import Ratings
from models.recommender import Arrays

SECONDS_PER_DAY = 86_400
DAYS_PER_YEAR = 365.25
WINDOWS_DAYS = (7, 30, 365)
SHRINKAGE = 25
"""As in features/movies.py."""

Table = NDArray[np.float32]


class MovieFacts(NamedTuple):
    """All movies: `known` (n_movies, n_columns) holds MOVIE_IN_PAIR; `horizon` () is seconds since 1970.

    `popularity` (n_movies) is the share of the other movies with fewer ratings; `genres` (n_movies, n_genres) and
    `content` (n_movies, n_dimensions) are the catalogue's, of genres each 1 / number of the movie's.
    """

    horizon: NDArray[np.int64]
    known: Table
    popularity: Table
    genres: Table
    content: Table

    @classmethod
    def of(cls, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Count and average what `ratings` says of the movies of `catalogue`, which are the same."""
        n_movies, horizon = len(ratings.movies), ratings.rated_at.max(initial=0)
        days = (horizon - ratings.rated_at) // SECONDS_PER_DAY
        n = np.bincount(ratings.movie_index, minlength=n_movies)
        total = np.bincount(ratings.movie_index, ratings.rating, n_movies)
        mean_of_all = total.sum() / max(n.sum(), 1)
        oldest = np.full(n_movies, -1)
        np.maximum.at(oldest, ratings.movie_index, days)
        known = (
            *(np.bincount(ratings.movie_index[days < window], minlength=n_movies) for window in WINDOWS_DAYS),
            n,
            np.divide(total, n, out=np.full(n_movies, np.nan), where=n > 0),
            (total + SHRINKAGE * mean_of_all) / (n + SHRINKAGE),
            np.where(n > 0, oldest, np.nan),
            np.datetime64(int(horizon), "s").astype("datetime64[Y]").astype(int) + 1970 - catalogue.years,
        )
        n_genres = np.maximum(catalogue.genres.sum(axis=1, keepdims=True), 1)
        return cls(
            np.array(horizon),
            np.column_stack(known).astype(np.float32),
            (np.searchsorted(np.sort(n), n) / max(n_movies - 1, 1)).astype(np.float32),
            (catalogue.genres / n_genres).astype(np.float32),
            catalogue.content,
        )

    def arrays(self) -> Arrays:
        """Return the facts by name, where what is unknown is the lowest number: stored arrays are finite."""
        return self._replace(known=np.where(np.isnan(self.known), _LOWEST, self.known))._asdict()

    @classmethod
    def restore(cls, arrays: Arrays) -> Self:
        """Rebuild from what `arrays` returned."""
        facts = cls(**{name: arrays[name] for name in cls._fields})
        return facts._replace(known=np.where(facts.known == _LOWEST, np.nan, facts.known).astype(np.float32))


class UserFacts(NamedTuple):
    """Some users, by row: `known` (n_users, n_columns) holds USER_IN_PAIR.

    `genre_shares` (n_users, n_genres) are shares of the movies rated, `profiles` (n_users, n_dimensions) the direction
    of the sum of their content, and `mean_age` (n_users) the mean of their ages in years.
    """

    known: Table
    genre_shares: Table
    profiles: Table
    mean_age: Table

    @classmethod
    def of(cls, stars: sparse.csr_array, rated_at: sparse.csr_array, movies: MovieFacts) -> Self:
        """Sum up what users have rated: `stars` and `rated_at` are (n_users, n_movies) and hold the same entries."""
        rated = stars.astype(np.bool_).astype(np.float32)
        n, total, squares = (part.sum(axis=1, dtype=np.float64) for part in (rated, stars, stars * stars))
        at_least_one = np.maximum(n, 1)
        age = movies.known[:, MOVIE_IN_PAIR.index("age_years")]
        n_aged = rated @ np.isfinite(age).astype(np.float32)
        known = (
            n,
            total / at_least_one,
            np.sqrt(n * squares - total**2) / at_least_one,
            (movies.horizon - rated_at.max(axis=1).toarray()) // SECONDS_PER_DAY,
            rated @ movies.popularity / at_least_one,
        )
        of_genre = (movies.genres > 0).astype(np.float32)
        return cls(
            np.column_stack(known).astype(np.float32),
            (rated @ of_genre / at_least_one[:, None]).astype(np.float32),
            unit_rows(rated @ movies.content),
            np.where(n_aged > 0, rated @ np.nan_to_num(age) / np.maximum(n_aged, 1), np.nan).astype(np.float32),
        )


def pair_features(candidates: Candidates, users: UserFacts, movies: MovieFacts) -> Table:
    """Return (n_pairs, n_features), columns as PAIR_FEATURES; `users` has the rows of the candidates.

    - `genre_affinity`: mean over the movie's genres of the user's share of it.
    - `content_affinity`: cosine of the movie's content and the sum of that of the movies the user rated; 0 where
      nothing is said.
    - `popularity_gap`, `rating_gap`, `age_gap`: the movie's share of movies rated less, shrunk rating and age, less the
      user's popularity lean, mean rating and mean age of movies rated.
    - `days_known_at_last_rating`, `age_at_last_rating`: for how many days the movie had ratings, and its age in years,
      when the user last rated; negative for one that came later.
    """
    user, movie = candidates.row, candidates.movie
    features = np.empty((len(PAIR_FEATURES), len(user)), np.float32)
    n_user, n_known = len(USER_IN_PAIR), len(USER_IN_PAIR) + len(MOVIE_IN_PAIR)
    of_user = features[:n_user] = users.known[user].T
    of_movie = features[n_user:n_known] = movies.known[movie].T
    _, mean_rating, _, days_since_last, lean = of_user
    shrunk_rating, days_since_first, age = of_movie[-3:]
    cross = features[n_known:]
    cross[0] = _dot(users.genre_shares, user, movies.genres, movie)
    cross[0][movies.genres[movie].sum(axis=1) == 0] = np.nan
    cross[1] = _dot(users.profiles, user, movies.content, movie)
    cross[2] = movies.popularity[movie] - lean
    cross[3] = shrunk_rating - mean_rating
    cross[4] = age - users.mean_age[user]
    cross[5] = days_since_first - days_since_last
    cross[6] = age - days_since_last / np.float32(DAYS_PER_YEAR)
    return features.T


_LOWEST = np.finfo(np.float32).min


def _dot(left: Table, row: NDArray[np.int64], right: Table, other: NDArray[np.int64]) -> Table:
    return np.einsum("ij,ij->i", left[row], right[other])
