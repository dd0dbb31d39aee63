"""What must hold of a generation before anyone is pointed at it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from infra.stores.generation_layout import Content
from infra.stores.manifest import Check
from models.fallback import lengths
from models.id_map import IdMap
from models.recommender import TopLists

HIDDEN = {Content.USER_LISTS: "movies the user has rated", Content.MOVIE_LISTS: "movies listed for themselves"}
"""What the movies that a list must not hold are called."""


def count_faults(content: Content, lists: TopLists, hidden: sparse.csr_array, movies: IdMap) -> dict[str, int]:
    """Return how often the lists break each promise; the counts of shards add up.

    A list must hold n movies, or all the catalogue `movies` leaves it where they are fewer. It must hold none that
    `hidden` (n_lists, n_movies) has an entry for.
    """
    movie_ids, scores = lists
    n = movie_ids.shape[1]
    n_listed = lengths(lists)
    n_possible = np.minimum(n, len(movies) - np.diff(hidden.indptr))
    is_listed = np.arange(n) < n_listed[:, None]
    position = np.where(is_listed, movies.positions(movie_ids), -1)
    row, column = np.nonzero(position >= 0)
    entries = np.ones(len(row), np.int16), (row, position[row, column])
    listed = sparse.csr_array(entries, shape=hidden.shape)  # holds a repeated movie once
    return {
        "lists missing or too short": int(np.count_nonzero(n_listed < n_possible)),
        "unknown movies": int(np.count_nonzero(is_listed & (position < 0))),
        "movies repeated in a list": int(len(row) - listed.nnz),
        HIDDEN[content]: int(listed.multiply(hidden).nnz),
        "scores that are not finite": int(np.count_nonzero(is_listed & ~np.isfinite(scores))),
    }


def check_faults(table: str, faults: Mapping[str, int]) -> list[Check]:
    """Judge faults: there may be none."""
    return [Check(table, unwanted, n_found, "0", n_found == 0) for unwanted, n_found in faults.items()]


def check_learned(role: str, arrays: Mapping[str, NDArray]) -> Check:
    """Judge what the model of a role has learned: what has no score drops out of lists unseen."""
    spoilt = sum(int(np.count_nonzero(~np.isfinite(array))) for array in arrays.values() if array.dtype.kind == "f")
    return Check(role, "learned numbers that are not finite", spoilt, "0", spoilt == 0)


def check_counts(counted: Mapping[str, int], expected: Mapping[str, int]) -> list[Check]:
    """Judge how many documents MongoDB counted, by collection."""
    return [
        Check(table, "documents", counted[table], str(n_documents), counted[table] == n_documents)
        for table, n_documents in expected.items()
    ]
