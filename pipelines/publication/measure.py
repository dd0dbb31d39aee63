"""The figures of some lists, from arrays: tonight's lists, last night's of the same ids, the histories they are for."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from infra.tables import GENRES
from models.catalogue import unit_rows
from models.id_map import IdMap
from models.recommender import NO_MOVIE
from models.slices import LIGHT_USER, NEW_USER, ratings_before
from pipelines.publication.figures import N_WORST, Example, Figures, Fit

N_BANDS = 10
HEAD_BANDS, HEAD_AND_MIDDLE_BANDS = 5, 8
N_SEGMENTS = 3
N_LIKED = 5

STEP = 2.0**-24
"""What is summed up is a multiple of this, so that sums over ten million lists are exact, whatever their order."""

Ids = NDArray[np.int64]


class Traits(NamedTuple):
    """What figures look at in movies, row by row of `movies`.

    - `genres`: float32 (n_movies, n_genres), a movie's place split evenly over its genres; zeros where it has none.
    - `band`: int64 (n_movies), from 0 for the most rated movies to N_BANDS - 1: each band has about the same number of
      ratings, and so the last has most movies.
    """

    movies: IdMap
    genres: NDArray[np.float32]
    band: Ids


class SideBySide(NamedTuple):
    """Lists of tonight and of last night for the same users or movies.

    - `ids` (n_ids), ascending.
    - `tonight`, `last_night`: int64 (n_ids, FIRST) movie ids, padded by NO_MOVIE; a row of padding last night is an id
      that had no list then.
    - `is_silent`: bool (n_ids), whether no movie of tonight's whole list comes from the model itself.
    - `history`: (n_ids, n_movies) with an entry for each movie that the list is for, the larger the better liked.
    - `segment` (n_ids), 0 to N_SEGMENTS - 1.
    """

    ids: Ids
    tonight: Ids
    last_night: Ids
    is_silent: NDArray[np.bool_]
    history: sparse.csr_array
    segment: Ids


def traits_of(movie_ids: ArrayLike, genres: Sequence[Sequence[str]], n_ratings: ArrayLike) -> Traits:
    """Return the traits of the distinct `movie_ids`; their genres and numbers of ratings come in the same order."""
    movies = IdMap(movie_ids)
    row = movies.positions(movie_ids)
    has_genre = np.zeros((len(movies), len(GENRES)), np.float32)
    has_genre[row] = np.array([[genre in named for genre in GENRES] for named in genres]).reshape(-1, len(GENRES))
    shares = has_genre / np.maximum(has_genre.sum(axis=1, keepdims=True), 1)
    n_by_movie = np.empty(len(movies), np.int64)
    n_by_movie[row] = n_ratings
    band = ratings_before(n_by_movie) * N_BANDS // max(n_by_movie.sum(), 1)
    return Traits(movies, shares, np.minimum(band, N_BANDS - 1))


def segments_of_users(history: sparse.csr_array) -> Ids:
    """Return 0 for new, 1 for light and 2 for heavy users, by how much they have rated."""
    return np.digitize(np.diff(history.indptr), [NEW_USER, LIGHT_USER], right=True)


def segments_of_movies(movie_ids: Ids, traits: Traits) -> Ids:
    """Return 0 for movies of the head, 1 of the middle and 2 of the tail, by how much they are rated."""
    return np.digitize(traits.band[traits.movies.positions(movie_ids)], [HEAD_BANDS, HEAD_AND_MIDDLE_BANDS])


def measure(lists: SideBySide, faults: Mapping[str, int], traits: Traits) -> Figures:
    """Return the figures of these lists; `faults` are those found in them.

    A list is the worse the fewer movies it shares with last night's, the more its genre mix has moved away from its
    history, and the more of its movies are unknown; each counts from 0 to 1.
    """
    position, last_position = (traits.movies.positions(part) for part in (lists.tonight, lists.last_night))
    is_there = (lists.last_night != NO_MOVIE).any(axis=1)
    share = _rounded(shared(lists.tonight, lists.last_night))
    mix, last_mix = (_mix(_rows(traits.genres, part).sum(axis=1)) for part in (position, last_position))
    wanted = _mix((lists.history != 0) @ traits.genres)
    fitting, last_fitting = (np.einsum("ng,ng->n", part, wanted) for part in (mix, last_mix))
    unknown = ((position < 0) & (lists.tonight != NO_MOVIE)).mean(axis=1)
    badness = _rounded(is_there * (1 - share + np.maximum(last_fitting - fitting, 0)) + unknown)
    known = position[position >= 0]

    def by_segment(figure: NDArray) -> NDArray[np.float64]:
        return np.bincount(lists.segment, figure * is_there, minlength=N_SEGMENTS).astype(np.float64)

    return Figures(
        faults=dict(faults),
        n_lists=len(lists.ids),
        n_silent=int(lists.is_silent.sum()),
        genres=_rounded(traits.genres[known]).sum(axis=0),
        popularity=np.bincount(traits.band[known], minlength=N_BANDS),
        listed=np.bincount(known, minlength=len(traits.movies)) > 0,
        fit=_fit(mix, wanted),
        last_fit=_fit(last_mix, wanted),
        compared=by_segment(np.ones(len(share))).astype(np.int64),
        shared=by_segment(share),
        changed=by_segment(share < 1).astype(np.int64),
        worst=tuple(_example(lists, traits, i, badness[i]) for i in np.lexsort((lists.ids, -badness))[:N_WORST]),
    )


def shared(movie_ids: Ids, last_night: Ids) -> NDArray[np.float64]:
    """Return for each row the share of movies in both rows among those of the longer one; 0 where both are empty."""
    same = (movie_ids[:, :, None] == last_night[:, None, :]) & (last_night != NO_MOVIE)[:, None, :]
    longest = np.maximum((movie_ids != NO_MOVIE).sum(axis=1), (last_night != NO_MOVIE).sum(axis=1))
    return same.any(axis=1).sum(axis=1) / np.maximum(longest, 1).astype(np.float64)


def _rows(genres: NDArray[np.float32], position: Ids) -> NDArray[np.float32]:
    return np.vstack([genres, np.zeros_like(genres[:1])])[position]  # -1, an unknown movie, is the last row


def _mix(sums: NDArray) -> NDArray[np.float64]:
    return unit_rows(sums).astype(np.float64)


def _fit(mix: NDArray[np.float64], wanted: NDArray[np.float64]) -> Fit:
    says = mix.any(axis=1) & wanted.any(axis=1)  # of movies without genres, nothing can be said
    mix, wanted = mix[says], wanted[says]
    together, spread = (_rounded((part * wanted).sum(axis=1)).sum() for part in (mix, wanted))
    return Fit(len(mix), float(together), float(spread), _rounded(mix).sum(axis=0), _rounded(wanted).sum(axis=0))


def _rounded(figures: NDArray) -> NDArray[np.float64]:
    return np.rint(figures.astype(np.float64) / STEP) * STEP


def _example(lists: SideBySide, traits: Traits, i: int, badness: float) -> Example:
    begin, end = lists.history.indptr[i : i + 2]
    best_first = np.argsort(-lists.history.data[begin:end], kind="stable")[:N_LIKED]
    liked = traits.movies.ids[lists.history.indices[begin:end][best_first]]
    shown = (row[i][row[i] != NO_MOVIE].tolist() for row in (lists.last_night, lists.tonight))
    return Example(float(badness), int(lists.ids[i]), liked.tolist(), *shown)
