"""The lists of a shard beside last night's, as arrays that figures are made from."""

import numpy as np
from numpy.typing import NDArray

from infra.stores.generation_layout import Content
from infra.stores.list_encoding import StoredLists
from models.recommender import NO_MOVIE, TopLists
from pipelines.publication.checks import count_faults
from pipelines.publication.figures import FIRST, Figures
from pipelines.publication.lists import hidden_from
from pipelines.publication.measure import SideBySide, measure, segments_of_movies, segments_of_users
from pipelines.publication.tonight import Tonight


def figures_of(content: Content, lists: StoredLists, last: StoredLists, tonight: Tonight) -> Figures:
    """Return the figures of some lists of a content; `last` are those that were there last night, ids ascending."""
    hidden = hidden_from(tonight, content, lists.ids)  # what a list is for is what it must not hold
    is_of_users = content is Content.USER_LISTS
    model = tonight.recommender if is_of_users else tonight.similar_movies
    no_movies = np.zeros(len(lists.ids), np.int64)
    row = np.searchsorted(lists.ids, last.ids)
    last_night = np.full((len(lists.ids), FIRST), NO_MOVIE)
    last_night[row] = _first(last.movie_ids)
    sides = SideBySide(
        lists.ids,
        _first(lists.movie_ids),
        last_night,
        lists.n_by_source.get(model.name, no_movies) == 0,
        hidden,
        segments_of_users(hidden) if is_of_users else segments_of_movies(lists.ids, tonight.traits),
    )
    faults = count_faults(content, TopLists(lists.movie_ids, lists.scores), hidden, tonight.catalogue)
    return measure(sides, faults, tonight.traits)


def _first(movie_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first FIRST movies of lists, padded where these are shorter."""
    first = np.full((len(movie_ids), FIRST), NO_MOVIE)
    first[:, : movie_ids.shape[1]] = movie_ids[:, :FIRST]
    return first
