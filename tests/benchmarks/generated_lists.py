"""A generation of lists drawn by chance, as large as the real ones, for measuring what reads it."""

from datetime import UTC, date, datetime

import numpy as np

from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore

N_MOVIES, LENGTH = 5_000, 100
GENRES = ("Action", "Comedy", "Crime", "Drama", "Sci-Fi")


def publish_lists(mongodb, n_users, seed=0):
    """Publish lists of 100 movies for users from 1 on and for every movie; what is drawn depends on the seed alone."""
    chance = np.random.default_rng(seed)
    now = datetime.now(UTC)
    with GenerationStore(mongodb.address, mongodb.database) as store:
        generation = store.begin(date(2026, 11, 20), {"recommender": {"name": "als", "version": 1}}, now, {})
        contents = store.contents(generation)
        for content, n in ((Content.USER_LISTS, n_users), (Content.MOVIE_LISTS, N_MOVIES)):
            movie_ids = chance.random((n, N_MOVIES)).argpartition(LENGTH)[:, :LENGTH] + 1
            scores = -np.sort(-chance.random((n, LENGTH)))
            contents.write_lists(content, np.arange(1, n + 1), movie_ids, scores, {"als": np.full(n, LENGTH)})
        contents.write_catalogue([_movie(movie_id, chance) for movie_id in range(1, N_MOVIES + 1)])
        best = np.arange(1, LENGTH + 1)
        contents.write_popular_lists(dict.fromkeys(("all", *GENRES), (best, 5 / best)))
        store.publish(generation, contents.counts(), [])


def _movie(movie_id, chance):
    genres = chance.choice(GENRES, 2, replace=False).tolist()
    return {
        "movie_id": movie_id,
        "title": f"The Long Way Home, Part {movie_id}",
        "year": int(chance.integers(1930, 2026)),
        "genres": genres,
        "imdb_id": f"tt{movie_id:07}",
        "tmdb_id": movie_id,
    }
