"""What each list is made from, in 64 bits: where they are those of last night, so is the list."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from infra.stores.generation_layout import FROM_GENRE, FROM_POPULAR, Content
from models.fallback import Ranking
from pipelines.publication.hashes import Words, mixed
from pipelines.publication.tonight import Tonight

Ids = NDArray[np.int64]


def fingerprints(tonight: Tonight, content: Content, ids: Ids, n_by_source: Mapping[str, NDArray[np.int64]]) -> Words:
    """Return (n_ids) fingerprints of the lists of these users or movies.

    Each stands for the model version, the code, and a user's history. `n_by_source` (each n_ids) says what fills a list
    up: rankings count too, up to the last that is used, and only there, since they are others every night.
    """
    words, rankings = _of_users(tonight, ids) if content is Content.USER_LISTS else _of_movies(tonight, ids)
    n_filled = np.zeros(len(ids), np.int64)
    for source, ranking in reversed(rankings.items()):
        n_filled = n_filled + n_by_source.get(source, 0)
        words = np.where(n_filled > 0, mixed(words ^ ranking), words)
    return words


def _of_users(tonight: Tonight, user_ids: Ids) -> tuple[Words, dict[str, Words | np.uint64]]:
    ratings = tonight.ratings
    rows = ratings.users.positions(user_ids)
    stars, times = ratings.matrix[rows], ratings.times[rows]
    opinions = mixed(ratings.movies.ids[stars.indices].astype(np.uint64)) ^ stars.data.view(np.uint32)
    histories = _sums(mixed(mixed(opinions) ^ times.data.astype(np.uint64)), stars.indptr)
    return _seeded(tonight, Content.USER_LISTS, user_ids, histories), {FROM_POPULAR: _of_ranking(tonight.top_rated)}


def _of_movies(tonight: Tonight, movie_ids: Ids) -> tuple[Words, dict[str, Words | np.uint64]]:
    genres, which = np.unique(tonight.first_genres[tonight.catalogue.positions(movie_ids)], return_inverse=True)
    by_genre = np.array([_of_ranking(tonight.genres[genre]) if genre else 0 for genre in genres], np.uint64)
    words = _seeded(tonight, Content.MOVIE_LISTS, movie_ids, np.zeros(len(movie_ids), np.uint64))
    return words, {FROM_GENRE: by_genre[which], FROM_POPULAR: _of_ranking(tonight.top_rated)}


def _seeded(tonight: Tonight, content: Content, ids: Ids, words: Words) -> Words:
    return mixed(mixed(ids.astype(np.uint64) ^ np.uint64(tonight.makers[content])) ^ words)


def _of_ranking(ranking: Ranking) -> np.uint64:
    """Return one hash of all movies' scores."""
    entries = mixed(mixed(ranking.movies.ids.astype(np.uint64)) ^ ranking.scores.view(np.uint32))
    return np.uint64(entries.sum(dtype=np.uint64))


def _sums(words: Words, starts: NDArray[np.int32]) -> Words:
    """Return the sum, modulo 2**64, of each row's words; row i has words[starts[i] : starts[i + 1]]."""
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(words, dtype=np.uint64)])
    return total[starts[1:]] - total[starts[:-1]]
