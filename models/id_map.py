"""The dataset's own ids on one side, array positions on the other."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray


class IdMap:
    """An immutable, ascending set of ids; the position of an id is its row in every array that goes with it."""

    def __init__(self, ids: ArrayLike) -> None:
        self.ids: NDArray[np.int64] = np.unique(np.asarray(ids, dtype=np.int64))

    def __len__(self) -> int:
        """Return how many ids there are."""
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        """Tell whether both hold the same ids; being compared by content, a map does not hash."""
        return isinstance(other, IdMap) and np.array_equal(self.ids, other.ids)

    def positions(self, ids: ArrayLike) -> NDArray[np.int64]:
        """Return the position of each id, -1 for an id that is not here."""
        wanted = np.asarray(ids, dtype=np.int64)
        if not len(self.ids):
            return np.full(wanted.shape, -1, np.int64)
        lowest, highest = self.ids[0], self.ids[-1]
        if wanted.size < highest - lowest:
            found = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
            return np.where(self.ids[found] == wanted, found, -1)
        table = np.full(highest - lowest + 3, -1, np.int64)  # many are asked for: one look each, not a search
        table[self.ids - lowest + 1] = np.arange(len(self.ids))
        return table[np.clip(wanted, lowest - 1, highest + 1) - lowest + 1]

    def union(self, ids: ArrayLike) -> Self:
        """Return a map that also holds `ids`."""
        return type(self)(np.concatenate([self.ids, np.asarray(ids, dtype=np.int64)]))
