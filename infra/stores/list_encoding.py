"""Lists as BSON, written by NumPy: a third of the work of making Python numbers first and encoding them one by one."""

import struct
from collections.abc import Mapping

import bson
import numpy as np
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument
from numpy.typing import NDArray

ALL_BITS = struct.unpack("<d", b"\xff" * 8)[0]


def encode_lists(
    ids: NDArray, movie_ids: NDArray, scores: NDArray, n_by_source: Mapping[str, NDArray]
) -> list[RawBSONDocument]:
    """Return one document per id, in any order, from rows of `movie_ids` and `scores`, both (n_ids, n).

    `n_by_source` says how many movies of each row (n_ids) came from where, sources in the order of the list. A row is
    as long as they add up to; what is behind that is padding.
    """
    counts, which = np.unique(np.column_stack(list(n_by_source.values())), axis=0, return_inverse=True)
    documents: list[RawBSONDocument] = []
    for group, given in enumerate(counts.tolist()):
        rows = which == group
        sources = {source: n for source, n in zip(n_by_source, given, strict=True) if n}
        length = sum(given)
        documents += _encode(ids[rows], movie_ids[rows, :length], scores[rows, :length], sources)
    return documents


def _encode(ids: NDArray, movie_ids: NDArray, scores: NDArray, sources: dict[str, int]) -> list[RawBSONDocument]:
    """Return documents of the same length, which differ in their numbers only.

    Where the numbers go is found by encoding the same document twice, with all of their bits off and on.
    """
    is_wide = max(ids.max(initial=0), movie_ids.max(initial=0)) > np.iinfo(np.int32).max
    integer, width = (Int64, "<i8") if is_wide else (int, "<i4")
    off, on = (_template(movie_ids.shape[1], sources, *bits) for bits in ((integer(0), 0.0), (integer(-1), ALL_BITS)))
    numbers = ids[:, None].astype(width), movie_ids.astype(width), scores.astype("<f8")
    encoded = np.tile(off, (len(ids), 1))
    encoded[:, off != on] = np.hstack([each.view(np.uint8) for each in numbers])
    return [RawBSONDocument(row.tobytes()) for row in encoded]


def _template(length: int, sources: dict[str, int], integer: int, fraction: float) -> NDArray[np.uint8]:
    document = {"_id": integer, "movie_ids": [integer] * length, "scores": [fraction] * length, "sources": sources}
    return np.frombuffer(bson.encode(document), np.uint8)
