"""The lists of a generation: what the champions say, and what fills them up where they say too little."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from tqdm import tqdm

from infra.stores.generation_layout import FROM_GENRE, FROM_POPULAR
from models.fallback import Ranking, fill, lengths, only_itself
from models.ratings import Ratings
from models.recommender import Recommender, SimilarMovies, TopLists, empty_lists

ROWS_AT_A_TIME = 10_000


class GenerationLists(NamedTuple):
    """One list per id, what each must not hold, and where its movies came from.

    `hidden` is (n_ids, n_movies of the catalogue); `n_by_source` counts per id, sources in the order of the list.
    """

    ids: NDArray[np.int64]
    lists: TopLists
    hidden: sparse.csr_array
    n_by_source: dict[str, NDArray[np.int64]]


def lists_of_users(model: Recommender, ratings: Ratings, top_rated: Ranking, n: int) -> GenerationLists:
    """Return a list for every user of `ratings`, filled up with the top rated movies they have not rated."""
    user_ids = ratings.users.ids
    hidden = ratings.of_users(user_ids, top_rated.movies)
    own = empty_lists(len(user_ids), n)
    for first in tqdm(range(0, len(user_ids), ROWS_AT_A_TIME), desc=f"lists by {model.name}", disable=None):
        rows = slice(first, first + ROWS_AT_A_TIME)
        own.movie_ids[rows], own.scores[rows] = model.recommend(user_ids[rows], n, ratings)
    filled = fill(own, top_rated, hidden)
    return GenerationLists(user_ids, filled, hidden, by_source((model.name, own), (FROM_POPULAR, filled)))


def lists_of_movies(
    model: SimilarMovies,
    first_genres: NDArray[np.str_],
    genres: Mapping[str, Ranking],
    top_rated: Ranking,
    n: int,
) -> GenerationLists:
    """Return a list for every movie of `top_rated`, filled up from its first genre, then from all.

    `first_genres` (n_movies) names one of `genres` each, or is empty for a movie of none of them.
    """
    movie_ids = top_rated.movies.ids
    own = model.similar_movies(movie_ids, n)
    of_genre = TopLists(own.movie_ids.copy(), own.scores.copy())
    for genre, ranking in genres.items():
        rows = np.flatnonzero(first_genres == genre)
        its_lists = TopLists(own.movie_ids[rows], own.scores[rows])
        hidden = only_itself(movie_ids[rows], ranking.movies)
        of_genre.movie_ids[rows], of_genre.scores[rows] = fill(its_lists, ranking, hidden)
    hidden = only_itself(movie_ids, top_rated.movies)
    filled = fill(of_genre, top_rated, hidden)
    n_by_source = by_source((model.name, own), (FROM_GENRE, of_genre), (FROM_POPULAR, filled))
    return GenerationLists(movie_ids, filled, hidden, n_by_source)


def by_source(*stages: tuple[str, TopLists]) -> dict[str, NDArray[np.int64]]:
    """Return how many movies each source added; every stage holds those of the stage before."""
    totals = [lengths(lists) for _, lists in stages]
    added = np.diff([np.zeros_like(totals[0]), *totals], axis=0)
    return {source: n_added for (source, _), n_added in zip(stages, added, strict=True)}
