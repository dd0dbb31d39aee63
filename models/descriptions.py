"""What describes users and movies to a hybrid model: themselves, and what they share with others."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalogue import Catalogue
from models.id_map import IdMap

WORD_WEIGHT = 0.2
"""The norm of a movie's words; itself, it weighs 1."""

TASTE_WEIGHT = 0.1
"""The weight of each favourite genre of a user; themselves, they weigh 1."""

N_FAVOURITES = 3


class Descriptions(NamedTuple):
    """Weights of features, float32 (n_rows, n_features), and the features' ids (n_features).

    A user's or movie's own id is from 0 on; below 0 are the ids of features that many have.
    """

    weights: sparse.csr_array
    feature_ids: NDArray[np.int64]

    def columns_of(self, features: IdMap) -> sparse.csr_matrix:
        """Return the weights as (n_rows, len(features)), with the columns of `features`, which holds all these."""
        entries = self.weights.tocoo()
        column = features.positions(self.feature_ids)[entries.col]
        shape = (self.weights.shape[0], len(features))
        return sparse.csr_matrix((entries.data, (entries.row, column)), shape=shape)


def describe_users(users: IdMap, genre_counts: NDArray[np.float32]) -> Descriptions:
    """Describe each by themselves and by their favourites of the genres they rated, of equals the first.

    `genre_counts` (n_users, n_genres) holds how many movies of each genre they rated.
    """
    favourites = np.argsort(-genre_counts, axis=1, kind="stable")[:, :N_FAVOURITES]
    tastes = np.zeros_like(genre_counts)
    np.put_along_axis(tastes, favourites, TASTE_WEIGHT, axis=1)
    tastes[genre_counts == 0] = 0
    genre_ids = np.arange(tastes.shape[1])
    return _described(users.ids, np.arange(len(users)), sparse.csr_array(tastes), genre_ids)


def describe_movies(catalogue: Catalogue, is_rated: NDArray[np.bool_]) -> Descriptions:
    """Describe each by its words, and by itself if `is_rated` (n_movies): nothing could be learned of it otherwise."""
    words = catalogue.words.tocoo()
    norm = np.sqrt(np.bincount(words.row, words.data**2, words.shape[0]))
    words.data = WORD_WEIGHT * words.data / np.maximum(norm[words.row], np.finfo(np.float32).tiny)
    return _described(catalogue.movies.ids, np.flatnonzero(is_rated), words.tocsr(), catalogue.word_ids)


def _described(
    ids: NDArray[np.int64], themselves: NDArray[np.int64], shared: sparse.csr_array, shared_ids: NDArray[np.int64]
) -> Descriptions:
    """Return rows by shared features, and those of the positions `themselves` by their own ids, too."""
    entries = np.ones(len(themselves), np.float32), (themselves, np.arange(len(themselves)))
    own = sparse.csr_array(entries, shape=(len(ids), len(themselves)))
    weights = sparse.csr_array(sparse.hstack([own, shared]).astype(np.float32))
    return Descriptions(weights, np.append(ids[themselves], -1 - shared_ids))
