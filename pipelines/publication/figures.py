"""What lists are like, in figures that add up: those of a generation are the sum of its shards'."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

FIRST = 10
"""Figures are about the first so many movies of a list: what people see."""

N_WORST = 10


class Example(NamedTuple):
    """A list, and the one of last night, by movie ids; `badness` is how much worse it looks, see `measure`."""

    badness: float
    id: int
    liked: list[int]
    last_night: list[int]
    tonight: list[int]


@dataclass(frozen=True, eq=False)
class Fit:
    """How lists lean with the histories they are for: sums over `n` lists of their genre mix and the histories'.

    Mixes are vectors (n_genres) of norm 1. `together` sums the products of a list's mix with its history's, `spread`
    those of a history's with itself; `lists` and `histories` (n_genres) are the sums of the mixes.
    """

    n: int
    together: float
    spread: float
    lists: Floats
    histories: Floats

    def __add__(self, other: "Fit") -> "Fit":
        """Return the sums over the lists of both."""
        return _sum(self, other)

    @property
    def lift(self) -> float:
        """How far lists lean where their own history leans, more than where another one does.

        It is the slope of the regression of the list's mix on the history's: 0 for lists that could be anybody's, 1 for
        lists that differ as much as histories do. It does not depend on what all lists have in common. NaN where
        histories do not differ.
        """
        if not self.n:
            return float("nan")
        covariance = self.together / self.n - self.lists @ self.histories / self.n**2
        variance = self.spread / self.n - self.histories @ self.histories / self.n**2
        return float(covariance / variance) if variance > 1e-9 else float("nan")


@dataclass(frozen=True, eq=False)
class Figures:
    """Sums over lists, of their first FIRST movies unless said otherwise; `+` adds those of other lists.

    - `faults`: broken promises by what they are called, over whole lists.
    - `n_lists`; `n_silent`, those in which no movie comes from the model itself.
    - `genres` (n_genres): places by genre, a place split evenly over its movie's genres.
    - `popularity` (N_BANDS): places by how popular their movie is, the most popular first.
    - `listed`: bool (n_movies), whether a movie is in any list; none where it is not known any more.
    - `fit` of the lists, `last_fit` of last night's lists of the same ids, both with the histories of tonight.
    - `compared`, `shared`, `changed` (n_segments): lists that were there last night; the mean share of movies in both,
      summed up; lists that do not hold the same movies.
    - `worst`: the N_WORST lists of largest badness, falling, ties by id.
    """

    faults: Mapping[str, int]
    n_lists: int
    n_silent: int
    genres: Floats
    popularity: Counts
    listed: NDArray[np.bool_]
    fit: Fit
    last_fit: Fit
    compared: Counts
    shared: Floats
    changed: Counts
    worst: tuple[Example, ...]

    def __add__(self, other: "Figures") -> "Figures":
        """Return the figures of both, whose lists are not the same ones."""
        return _sum(self, other)

    @property
    def n_compared(self) -> int:
        """How many lists were there last night."""
        return int(self.compared.sum())

    @property
    def overlap(self) -> float:
        """The mean share of movies that a list has in common with last night's."""
        return float(self.shared.sum() / max(self.n_compared, 1))

    @property
    def changed_share(self) -> float:
        """The share of lists that do not hold the same movies as last night's."""
        return float(self.changed.sum() / max(self.n_compared, 1))

    @property
    def silent_share(self) -> float:
        """The share of lists in which the model itself says nothing."""
        return self.n_silent / max(self.n_lists, 1)

    @property
    def n_listed(self) -> int:
        """How many movies are in any list."""
        return int(self.listed.sum())

    @property
    def genre_mix(self) -> Floats:
        """The share of each genre among all places whose movie has one."""
        return self.genres / max(self.genres.sum(), 1)

    @property
    def popularity_mix(self) -> Floats:
        """The share of each popularity band among all places."""
        return self.popularity / max(self.popularity.sum(), 1)

    def as_document(self) -> dict[str, Any]:
        """Return it as MongoDB can hold it; `from_document` takes it back."""
        plain = {name: _plain(figure) for name, figure in asdict(self).items()}
        return {
            **plain,
            "n_movies": len(self.listed),
            "listed": np.packbits(self.listed).tobytes(),
            "worst": [example._asdict() for example in self.worst],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Rebuild the figures from what `as_document` returned."""
        bits = np.frombuffer(document["listed"], np.uint8)
        rebuilt: dict[str, Any] = {
            "listed": np.unpackbits(bits, count=document["n_movies"]).astype(np.bool_),
            "worst": tuple(Example(**example) for example in document["worst"]),
            **{name: _fit(document[name]) for name in ("fit", "last_fit")},
            **{name: np.array(document[name]) for name in ("genres", "popularity", "compared", "shared", "changed")},
        }
        return cls(**{field.name: rebuilt.get(field.name, document[field.name]) for field in fields(cls)})


def _sum(one: Any, other: Any) -> Any:
    added = {field.name: _plus(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)}
    return type(one)(**added)


def _plus(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping):
        return {name: one[name] + other[name] for name in one}
    if isinstance(one, tuple):
        return tuple(sorted(one + other, key=lambda example: (-example.badness, example.id))[:N_WORST])
    return one + other  # of bool arrays, it is "or"


def _fit(document: Mapping[str, Any]) -> Fit:
    arrays = {name: np.array(document[name]) for name in ("lists", "histories")}
    return Fit(**{**document, **arrays})


def _plain(figure: Any) -> Any:
    if isinstance(figure, Mapping):
        return {name: _plain(part) for name, part in figure.items()}
    return figure.tolist() if isinstance(figure, np.ndarray) else figure
