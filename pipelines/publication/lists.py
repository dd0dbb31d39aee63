"""The lists of some users or movies: what the champions say, and what fills them up where they say too little."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from infra.stores.generation_layout import FROM_GENRE, FROM_POPULAR, Content
from models.fallback import fill, lengths, only_itself
from models.recommender import TopLists
from pipelines.publication.tonight import Tonight


class GenerationLists(NamedTuple):
    """One list per id, what each must not hold, and where its movies came from.

    `hidden` is (n_ids, n_movies of the catalogue); `n_by_source` counts per id, sources in the order of the list.
    """

    ids: NDArray[np.int64]
    lists: TopLists
    hidden: sparse.csr_array
    n_by_source: dict[str, NDArray[np.int64]]


def make_lists(tonight: Tonight, content: Content, ids: NDArray[np.int64]) -> GenerationLists:
    """Return the lists of these users or movies, which are some of `tonight.ids(content)`."""
    return lists_of_users(tonight, ids) if content is Content.USER_LISTS else lists_of_movies(tonight, ids)


def lists_of_users(tonight: Tonight, user_ids: NDArray[np.int64]) -> GenerationLists:
    """Return a list for every user, filled up with the top rated movies they have not rated."""
    model, top_rated = tonight.recommender, tonight.top_rated
    hidden = tonight.ratings.of_users(user_ids, top_rated.movies)
    own = model.recommend(user_ids, tonight.n, tonight.ratings)
    filled = fill(own, top_rated, hidden)
    return GenerationLists(user_ids, filled, hidden, by_source((model.name, own), (FROM_POPULAR, filled)))


def lists_of_movies(tonight: Tonight, movie_ids: NDArray[np.int64]) -> GenerationLists:
    """Return a list for every movie, filled up from its first genre, then from all."""
    model, top_rated = tonight.similar_movies, tonight.top_rated
    first_genres = tonight.first_genres[tonight.catalogue.positions(movie_ids)]
    own = model.similar_movies(movie_ids, tonight.n)
    of_genre = TopLists(own.movie_ids.copy(), own.scores.copy())
    for genre in np.unique(first_genres[first_genres != ""]):
        ranking, rows = tonight.genres[genre], np.flatnonzero(first_genres == genre)
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
