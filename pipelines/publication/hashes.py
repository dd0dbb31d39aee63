"""Numbers that tell whether two things are the same, by arrays."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def mixed(words: Words) -> Words:
    """Return 64 bits for each word that look like chance: SplitMix64 (Steele, Lea and Flood 2014)."""
    words = words + GOLDEN
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def hash_lists(ids: NDArray[np.int64], movie_ids: NDArray[np.int64], scores: NDArray[np.float32]) -> str:
    """Return the sum, modulo 2**64, of one hash per list: of whose it is, its movies in order and all bits of scores.

    It depends neither on the order of the rows nor on how they are cut into shards, whose hashes add up
    (`add_hashes`). `movie_ids` and `scores` are (n_ids, n); the hash comes as 16 hexadecimal digits.
    """
    ranks = mixed(np.arange(movie_ids.shape[1], dtype=np.uint64))
    entries = mixed(mixed(movie_ids.astype(np.uint64) + ranks) ^ scores.view(np.uint32))
    rows = mixed(entries.sum(axis=1, dtype=np.uint64) ^ mixed(ids.astype(np.uint64)))
    return _as_text(int(rows.sum(dtype=np.uint64)))


def add_hashes(hashes: Iterable[str]) -> str:
    """Return the hash of everything from the hashes of its parts."""
    return _as_text(sum(int(each, 16) for each in hashes) % 2**64)


def _as_text(number: int) -> str:
    return f"{number:016x}"
