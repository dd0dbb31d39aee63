"""What users called movies, as arrays."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from infra.tables import TAGS_PER_MOVIE


class Tags(NamedTuple):
    """One entry per (user, movie, tag), as parallel arrays; `tagged_at` is seconds since 1970 (UTC)."""

    user_ids: NDArray[np.int64]
    movie_ids: NDArray[np.int64]
    names: NDArray[np.object_]
    tagged_at: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> Self:
        """Return the tags that `mask` marks."""
        return type(self)(self.user_ids[mask], self.movie_ids[mask], self.names[mask], self.tagged_at[mask])

    def of_movies(self, movie_ids: Iterable[int]) -> list[list[str]]:
        """Return each movie's TAGS_PER_MOVIE most used tags, ties by name; of an untagged one, none."""
        used: dict[int, Counter[str]] = defaultdict(Counter)
        for movie_id, name in zip(self.movie_ids.tolist(), self.names, strict=True):
            used[movie_id][name] += 1
        none: Counter[str] = Counter()
        return [
            [name for name, _ in sorted(used.get(movie_id, none).items(), key=lambda tag: (-tag[1], tag[0]))][
                :TAGS_PER_MOVIE
            ]
            for movie_id in movie_ids
        ]
