"""The lists of some users or movies: what the champions say, and what fills them up where they say too little."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from infra.stores.generation_layout import FROM_GENRE, FROM_POPULAR, Content
from infra.stores.list_encoding import StoredLists
from models.fallback import fill, lengths, only_itself
from models.recommender import TopLists
from pipelines.publication.fingerprints import fingerprints
from pipelines.publication.tonight import Tonight

NBySource = dict[str, NDArray[np.int64]]
"""How many movies of each list came from where, sources in the order of the list."""


def make_lists(tonight: Tonight, content: Content, ids: NDArray[np.int64]) -> StoredLists:
    """Return the lists of these users or movies, which are some of `tonight.ids(content)`, in their order."""
    lists, n_by_source = (lists_of_users if content is Content.USER_LISTS else lists_of_movies)(tonight, ids)
    return StoredLists(ids, *lists, n_by_source, fingerprints(tonight, content, ids, n_by_source))


def hidden_from(tonight: Tonight, content: Content, ids: NDArray[np.int64]) -> sparse.csr_array:
    """Return (n_ids, n_movies of the catalogue) with an entry for each movie that a list must not hold."""
    if content is Content.USER_LISTS:
        return tonight.ratings.of_users(ids, tonight.top_rated.movies)
    return only_itself(ids, tonight.top_rated.movies)


def lists_of_users(tonight: Tonight, user_ids: NDArray[np.int64]) -> tuple[TopLists, NBySource]:
    """Return a list for every user, filled up with the top rated movies they have not rated."""
    model = tonight.recommender
    own = model.recommend(user_ids, tonight.n, tonight.ratings)
    filled = fill(own, tonight.top_rated, hidden_from(tonight, Content.USER_LISTS, user_ids))
    return filled, by_source((model.name, own), (FROM_POPULAR, filled))


def lists_of_movies(tonight: Tonight, movie_ids: NDArray[np.int64]) -> tuple[TopLists, NBySource]:
    """Return a list for every movie, filled up from its first genre, then from all."""
    model = tonight.similar_movies
    first_genres = tonight.first_genres[tonight.catalogue.positions(movie_ids)]
    own = model.similar_movies(movie_ids, tonight.n)
    of_genre = TopLists(own.movie_ids.copy(), own.scores.copy())
    for genre in np.unique(first_genres[first_genres != ""]):
        ranking, rows = tonight.genres[genre], np.flatnonzero(first_genres == genre)
        its_lists = TopLists(own.movie_ids[rows], own.scores[rows])
        itself = only_itself(movie_ids[rows], ranking.movies)
        of_genre.movie_ids[rows], of_genre.scores[rows] = fill(its_lists, ranking, itself)
    filled = fill(of_genre, tonight.top_rated, hidden_from(tonight, Content.MOVIE_LISTS, movie_ids))
    return filled, by_source((model.name, own), (FROM_GENRE, of_genre), (FROM_POPULAR, filled))


def by_source(*stages: tuple[str, TopLists]) -> NBySource:
    """Return how many movies each source added; every stage holds those of the stage before."""
    totals = [lengths(lists) for _, lists in stages]
    added = np.diff([np.zeros_like(totals[0]), *totals], axis=0)
    return {source: n_added for (source, _), n_added in zip(stages, added, strict=True)}
