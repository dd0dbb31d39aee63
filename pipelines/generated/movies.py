"""The movies of a generated dataset: when each appears, how popular and good it is, and to whose taste."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infra.tables import GENRES
from pipelines.generated.calendar import CLOSING, FIRST_YEAR, LAST_YEAR, OPENING, YEAR

N_TASTES = 8
"""How many dimensions tastes have: people and movies are vectors of this length."""
ANNOUNCED_SHARE = 0.005  # movies nobody can have rated, because they come after the last rating
OPENING_SHARE = 0.2  # movies there on the first day
NO_GENRE_SHARE = 0.01
GENRE_WEIGHTS = np.array(
    [0.19, 0.13, 0.06, 0.07, 0.39, 0.12, 0.05, 0.45, 0.08, 0.01, 0.10, 0.02, 0.03, 0.06, 0.16, 0.10, 0.19, 0.04, 0.02]
)
"""How often MovieLens' movies carry each genre, in the order of GENRES."""
N_GENRES_WEIGHTS = np.array([0.30, 0.34, 0.25, 0.11])  # 1 to 4 genres


@dataclass(frozen=True)
class Movies:
    """Parallel arrays of length n_movies, in the order in which movies appear.

    `has_genre` is (n_movies, len(GENRES)); `tastes` is float32 (n_movies, N_TASTES), so that its product with a
    person's taste is about standard normal. `popularity` is a weight, `quality` is standard normal.
    """

    ids: NDArray[np.int64]
    year: NDArray[np.int64]
    appears_at: NDArray[np.int64]
    has_genre: NDArray[np.bool_]
    tastes: NDArray[np.float32]
    popularity: NDArray[np.float64]
    quality: NDArray[np.float64]

    @property
    def n_rateable(self) -> int:
        """How many movies, the first ones, have appeared when the last rating is given."""
        return int(np.searchsorted(self.appears_at, CLOSING))


def n_announced(n_movies: int) -> int:
    """Return how many of the movies come too late to be rated."""
    return int(n_movies * ANNOUNCED_SHARE)


def generate_movies(n_movies: int, rng: np.random.Generator) -> Movies:
    """Return a catalogue; ids ascend with gaps, as MovieLens' do, and begin at 1."""
    appears_at = _appearances(n_movies, rng)
    has_genre, tastes = _genres_and_tastes(n_movies, rng)
    popularity = _popularity(n_movies, rng)
    return Movies(
        ids=np.cumsum(np.r_[1, rng.integers(1, 4, n_movies - 1)]),
        year=_years(appears_at, rng),
        appears_at=appears_at,
        has_genre=has_genre,
        tastes=tastes,
        popularity=popularity,
        quality=rng.standard_normal(n_movies),
    )


def _appearances(n_movies: int, rng: np.random.Generator) -> NDArray[np.int64]:
    n_late = n_announced(n_movies)
    n_first = max(1, int(n_movies * OPENING_SHARE))
    between = np.sort(rng.integers(OPENING, CLOSING, n_movies - n_late - n_first))
    return np.concatenate([np.full(n_first, OPENING), between, np.full(n_late, CLOSING + int(YEAR))])


def _years(appears_at: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the year each movie came out: most are new when they appear, those of the first day mostly old."""
    appears_in = FIRST_YEAR + ((appears_at - OPENING) // YEAR).astype(np.int64)
    is_old = (rng.random(len(appears_at)) < np.where(appears_in == FIRST_YEAR, 0.8, 0.3)) & (appears_in <= LAST_YEAR)
    age = np.where(is_old, rng.exponential(18, len(appears_at)), rng.integers(0, 2, len(appears_at)))
    return np.maximum(appears_in - age.astype(np.int64), 1910)


def _genres_and_tastes(n_movies: int, rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Draw genres that go together by character, and tastes half explained by them, half each movie's own."""
    genre_tastes = rng.standard_normal((len(GENRES), N_TASTES))
    character = rng.standard_normal((n_movies, N_TASTES))
    leaning = np.log(GENRE_WEIGHTS) + 0.35 * character @ genre_tastes.T + rng.gumbel(size=(n_movies, len(GENRES)))
    n_genres = rng.choice(len(N_GENRES_WEIGHTS), n_movies, p=N_GENRES_WEIGHTS) + 1
    n_genres[rng.random(n_movies) < NO_GENRE_SHARE] = 0
    has_genre = leaning.argsort(axis=1).argsort(axis=1) >= len(GENRES) - n_genres[:, None]
    by_genre = has_genre @ genre_tastes / np.sqrt(np.maximum(n_genres, 1))[:, None]
    tastes = (by_genre + rng.standard_normal((n_movies, N_TASTES))) / np.sqrt(2 * N_TASTES)
    return has_genre, tastes.astype(np.float32)


def _popularity(n_movies: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return weights that fall with the rank as MovieLens' counts do: slowly, then fast after some thousands.

    Movies that have been there for long tend to rank higher.
    """
    standing = rng.exponential(size=n_movies) * (0.2 + np.arange(n_movies) / n_movies)
    rank = standing.argsort().argsort()
    return (rank + 8) ** -0.6 * (1 + rank / 3000) ** -2.0
