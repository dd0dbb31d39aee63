"""What is said of a movie (genres, decade, title, tags), whether anybody rated it or not."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse.linalg import svds
from threadpoolctl import threadpool_limits

from infra.tables import GENRES
from models.id_map import IdMap

MAX_WORDS = 10_000
"""So many of the most used words describe movies."""


class Catalogue(NamedTuple):
    """All movies, row by row what is said of them.

    - `words`: float32 (n_movies, n_words), sparse: the TF-IDF weight of each of a movie's words.
    - `content`: float32 (n_movies, n_dimensions): the words reduced, rows of norm 1, or 0 where nothing is said.
    - `genres`: bool (n_movies, n_genres), in the order of `infra.tables.GENRES`.
    - `years`: float32 (n_movies), of release; NaN where unknown.
    - `word_ids`: int64 (n_words), 0 or more; a word's id is the same in every catalogue, its column is not.
    """

    movies: IdMap
    words: sparse.csr_array
    content: NDArray[np.float32]
    genres: NDArray[np.bool_]
    years: NDArray[np.float32]
    word_ids: NDArray[np.int64]


def describe(
    movie_ids: ArrayLike,
    titles: Iterable[str],
    years: Iterable[int | None],
    genres: Iterable[Sequence[str]],
    tags: Iterable[Sequence[str]],
    n_dimensions: int = 64,
) -> Catalogue:
    """Return the catalogue of the distinct `movie_ids`, whose title, year, genres and tags come in the same order.

    A movie's words are its genres, its decade, its tags and the words of its title. They are weighted by TF-IDF,
    log(n_movies / movies with the word), and reduced to at most `n_dimensions` by latent semantic analysis (Deerwester
    et al. 1990), which lets words that go together stand for each other. Two movies that say the same have the same
    vector.
    """
    movies, years, genres = IdMap(movie_ids), list(years), list(genres)
    row = movies.positions(movie_ids)
    bags = [_words(*said) for said in zip(titles, years, genres, tags, strict=True)]
    vocabulary = _vocabulary(bags)
    weights = _tf_idf(bags, vocabulary)[np.argsort(row)]
    content = np.zeros((len(movies), n_dimensions), np.float32)
    reduced = unit_rows(weights @ _main_directions(weights, n_dimensions))
    content[:, : reduced.shape[1]] = reduced
    has_genre = np.zeros((len(movies), len(GENRES)), np.bool_)
    has_genre[row] = np.array([[genre in named for genre in GENRES] for named in genres]).reshape(-1, len(GENRES))
    released = np.full(len(movies), np.nan, np.float32)
    released[row] = [np.nan if year is None else year for year in years]
    word_ids = np.array([_word_id(word) for word in vocabulary], np.int64)
    return Catalogue(movies, weights, content, has_genre, released, word_ids)


def unit_rows(vectors: NDArray) -> NDArray[np.float32]:
    """Return the rows scaled to norm 1; a row of zeros stays."""
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, norm, out=np.zeros_like(vectors), where=norm > 0).astype(np.float32)


def _words(title: str, year: int | None, genres: Sequence[str], tags: Sequence[str]) -> list[str]:
    decade = [] if year is None else [f"{year // 10 * 10}s"]
    of_title = {f"title:{word}" for word in re.findall(r"\w+", title.lower())}
    return sorted({*genres, *decade, *tags, *of_title})


def _vocabulary(bags: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return how many movies have each of the most used words; one that a single movie has relates it to none."""
    n_movies = Counter(word for bag in bags for word in bag)
    shared = sorted((word for word, n in n_movies.items() if n > 1), key=lambda word: (-n_movies[word], word))
    return {word: n_movies[word] for word in shared[:MAX_WORDS]}


def _word_id(word: str) -> int:
    """Return 63 bits of a hash; Python's own differs between processes."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest()) >> 1


def _tf_idf(bags: Sequence[Sequence[str]], vocabulary: dict[str, int]) -> sparse.csr_array:
    """Return the (n_movies, n_words) weights of the words of the vocabulary, in its order."""
    column = {word: j for j, word in enumerate(vocabulary)}
    entries = [(i, column[word]) for i, bag in enumerate(bags) for word in bag if word in column]
    rows, columns = np.array(entries, np.int64).reshape(-1, 2).T
    rarity = np.log(len(bags) / np.array([*vocabulary.values()]))
    shape = (len(bags), len(column))
    return sparse.csr_array((rarity[columns].astype(np.float32), (rows, columns)), shape=shape)


def _main_directions(weights: sparse.csr_array, n: int) -> NDArray[np.float32]:
    """Return the right singular vectors of the n largest singular values, (n_words, at most n)."""
    few = min(weights.shape)
    with threadpool_limits(1, "blas"):  # the same bits on every machine with the same BLAS
        if few <= n:
            return np.linalg.svd(weights.toarray(), full_matrices=False)[2].T
        return svds(weights, n, v0=np.ones(few, np.float32))[2].T
