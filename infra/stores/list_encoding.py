"""Lists as BSON, written and read by NumPy: numbers travel packed, and never become Python's one by one."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import bson
import numpy as np
from bson.binary import Binary
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument
from numpy.typing import NDArray

MOVIE_IDS, SCORES = np.dtype("<i4"), np.dtype("<f4")
LARGEST = np.iinfo(np.int32).max


class StoredLists(NamedTuple):
    """Lists as documents hold them, row by row of `ids` (n_ids).

    `movie_ids` int64 and `scores` float32, both (n_ids, n), end in padding, -1 and -inf. `n_by_source` says how many
    movies of each row (n_ids) came from where, sources in the order of the list; a row is as long as they add up to.
    `fingerprints` uint64 (n_ids) tells what a list was made from, 0 where that is not known.
    """

    ids: NDArray[np.int64]
    movie_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    n_by_source: Mapping[str, NDArray[np.int64]]
    fingerprints: NDArray[np.uint64]

    def where(self, rows: NDArray | slice) -> Self:
        """Return the rows that `rows` marks (n_ids), names by position, or spans."""
        given = {source: n_movies[rows] for source, n_movies in self.n_by_source.items()}
        return self._replace(
            ids=self.ids[rows],
            movie_ids=self.movie_ids[rows],
            scores=self.scores[rows],
            n_by_source=given,
            fingerprints=self.fingerprints[rows],
        )


def joined(one: StoredLists, other: StoredLists) -> StoredLists:
    """Return the lists of both, which are of different ids, by id."""
    sources = {**one.n_by_source, **other.n_by_source}
    nothing = [np.zeros(len(part.ids), np.int64) for part in (one, other)]
    both = StoredLists(
        np.concatenate([one.ids, other.ids]),
        np.concatenate([one.movie_ids, other.movie_ids]),
        np.concatenate([one.scores, other.scores]),
        {
            source: np.concatenate([one.n_by_source.get(source, nothing[0]), other.n_by_source.get(source, nothing[1])])
            for source in sources
        },
        np.concatenate([one.fingerprints, other.fingerprints]),
    )
    return both.where(np.argsort(both.ids))


def encode_lists(lists: StoredLists) -> list[RawBSONDocument]:
    """Return one document per list, in any order."""
    counts, which = np.unique(np.column_stack(list(lists.n_by_source.values())), axis=0, return_inverse=True)
    documents: list[RawBSONDocument] = []
    for group, given in enumerate(counts.tolist()):
        sources = {source: n for source, n in zip(lists.n_by_source, given, strict=True) if n}
        documents += _encode(lists.where(which == group), sum(given), sources)
    return documents


def decode_lists(documents: Sequence[Mapping[str, Any]], n: int) -> StoredLists:
    """Return the first `n` movies of the lists in documents: `encode_lists` the other way round."""
    movie_ids = np.full((len(documents), n), -1, np.int64)
    scores = np.full((len(documents), n), -np.inf, np.float32)
    for row, document in enumerate(documents):
        listed, scored = _unpacked(document["movie_ids"], MOVIE_IDS), _unpacked(document["scores"], SCORES)
        movie_ids[row, : len(listed)] = listed[:n]
        scores[row, : len(scored)] = scored[:n]
    sources = dict.fromkeys(source for document in documents for source in document["sources"])
    return StoredLists(
        np.array([document["_id"] for document in documents], np.int64),
        movie_ids,
        scores,
        {each: np.array([document["sources"].get(each, 0) for document in documents], np.int64) for each in sources},
        np.array([document.get("fingerprint", 0) for document in documents], np.int64).view(np.uint64),
    )


def _unpacked(numbers: Any, kind: np.dtype) -> Any:
    return np.frombuffer(numbers, kind) if isinstance(numbers, bytes) else numbers


def _encode(lists: StoredLists, length: int, sources: dict[str, int]) -> list[RawBSONDocument]:
    """Return documents of the same length, which differ in their numbers only.

    Where the numbers go is found by encoding the same document twice, with all of their bits off and on.
    """
    ids, movie_ids = lists.ids[:, None], lists.movie_ids[:, :length]
    if movie_ids.max(initial=0) > LARGEST:
        raise ValueError(f"the movie id {movie_ids.max()} does not fit the 32 bits that lists are stored with")
    is_wide = ids.max(initial=0) > LARGEST
    off, on = (_template(length, sources, is_wide, bits) for bits in (0, -1))
    numbers = (
        ids.astype("<i8" if is_wide else "<i4"),
        movie_ids.astype(MOVIE_IDS),
        lists.scores[:, :length].astype(SCORES),
        lists.fingerprints[:, None].astype("<u8"),
    )
    encoded = np.tile(off, (len(ids), 1))
    encoded[:, off != on] = np.hstack([each.view(np.uint8) for each in numbers])
    return [RawBSONDocument(row.tobytes()) for row in encoded]


def _template(length: int, sources: dict[str, int], is_wide: bool, bits: int) -> NDArray[np.uint8]:
    packed = Binary(np.full(length, bits, MOVIE_IDS).tobytes())
    document = {
        "_id": Int64(bits) if is_wide else bits,
        "movie_ids": packed,
        "scores": packed,
        "fingerprint": Int64(bits),
        "sources": sources,
    }
    return np.frombuffer(bson.encode(document), np.uint8)
