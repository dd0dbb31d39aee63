"""What is said of a movie (genres, decade, tags) as a vector, whether anybody rated it or not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from models.id_map import IdMap

MAX_WORDS = 2_000
"""So many of the most used words describe movies; the work grows with the cube."""


class Catalogue(NamedTuple):
    """All movies and their `content`: float32 (n_movies, n_dimensions), rows of norm 1, or 0 where nothing is said."""

    movies: IdMap
    content: NDArray[np.float32]


def describe(
    movie_ids: ArrayLike,
    years: Iterable[int | None],
    genres: Iterable[Sequence[str]],
    tags: Iterable[Sequence[str]],
    n_dimensions: int = 64,
) -> Catalogue:
    """Return the catalogue of the distinct `movie_ids`, whose year, genres and tags come in the same order.

    A movie's words are its genres, its decade and its tags. They are weighted by TF-IDF, log(n_movies / movies with the
    word), and reduced to at most `n_dimensions` by latent semantic analysis (Deerwester et al. 1990), which lets words
    that go together stand for each other. Two movies that say the same have the same vector.
    """
    movies = IdMap(movie_ids)
    bags = [_words(*said) for said in zip(years, genres, tags, strict=True)]
    content = np.zeros((len(movies), n_dimensions), np.float32)
    weights = _tf_idf(bags)
    with threadpool_limits(1, "blas"):  # the same bits on every machine with the same BLAS
        _, directions = np.linalg.eigh((weights.T @ weights).toarray())
        reduced = unit_rows(weights @ directions[:, -n_dimensions:])
    content[movies.positions(movie_ids), : reduced.shape[1]] = reduced
    return Catalogue(movies, content)


def unit_rows(vectors: NDArray) -> NDArray[np.float32]:
    """Return the rows scaled to norm 1; a row of zeros stays."""
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, norm, out=np.zeros_like(vectors), where=norm > 0).astype(np.float32)


def _words(year: int | None, genres: Sequence[str], tags: Sequence[str]) -> list[str]:
    decade = [] if year is None else [f"{year // 10 * 10}s"]
    return sorted({*genres, *decade, *tags})


def _tf_idf(bags: Sequence[Sequence[str]]) -> sparse.csr_array:
    """Return (n_movies, n_words) weights of the most used words; one that a single movie has relates it to none."""
    n_movies = Counter(word for bag in bags for word in bag)
    shared = sorted((word for word, n in n_movies.items() if n > 1), key=lambda word: (-n_movies[word], word))
    column = {word: j for j, word in enumerate(shared[:MAX_WORDS])}
    entries = [(i, column[word]) for i, bag in enumerate(bags) for word in bag if word in column]
    rows, columns = np.array(entries, np.int64).reshape(-1, 2).T
    rarity = np.log(len(bags) / np.array([n_movies[word] for word in column]))
    return sparse.csr_array((rarity[columns], (rows, columns)), shape=(len(bags), len(column)))
