"""What must hold of a generation before anyone is pointed at it."""

from collections.abc import Mapping
from typing import SupportsInt

import numpy as np
from scipy import sparse

from infra.stores.manifest import Check
from models.fallback import lengths
from models.id_map import IdMap
from pipelines.generation_lists import GenerationLists


def check_lists(table: str, made: GenerationLists, movies: IdMap, hidden: str) -> list[Check]:
    """Judge every list; `hidden` is what the movies that a list must not hold are called.

    A list must hold n movies, or all the catalogue `movies` leaves it where they are fewer.
    """
    movie_ids, scores = made.lists
    n = movie_ids.shape[1]
    n_listed = lengths(made.lists)
    n_possible = np.minimum(n, len(movies) - np.diff(made.hidden.indptr))
    is_listed = np.arange(n) < n_listed[:, None]
    position = np.where(is_listed, movies.positions(movie_ids), -1)
    row, column = np.nonzero(position >= 0)
    entries = np.ones(len(row), np.int16), (row, position[row, column])
    listed = sparse.csr_array(entries, shape=made.hidden.shape)  # holds a repeated movie once
    return [
        _none(table, "lists missing or too short", np.count_nonzero(n_listed < n_possible)),
        _none(table, "unknown movies", np.count_nonzero(is_listed & (position < 0))),
        _none(table, "movies repeated in a list", len(row) - listed.nnz),
        _none(table, hidden, listed.multiply(made.hidden).nnz),
        _none(table, "scores that are not finite", np.count_nonzero(is_listed & ~np.isfinite(scores))),
    ]


def check_counts(counted: Mapping[str, int], expected: Mapping[str, int]) -> list[Check]:
    """Judge how many documents MongoDB counted, by collection."""
    return [
        Check(table, "documents", counted[table], str(n_documents), counted[table] == n_documents)
        for table, n_documents in expected.items()
    ]


def _none(table: str, unwanted: str, figure: SupportsInt) -> Check:
    return Check(table, unwanted, int(figure), "0", passed=int(figure) == 0)
