"""Small generations, published with the real writer."""

from datetime import UTC, date, datetime

import numpy as np

from infra.settings import MongodbSettings
from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore

NIGHT = datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC)

TOY_STORY = {"movie_id": 1, "title": "Toy Story", "year": 1995, "genres": ["Animation", "Comedy"]}
HEAT = {"movie_id": 6, "title": "Heat", "year": 1995, "genres": ["Crime", "Thriller"]}
ALIEN = {"movie_id": 1214, "title": "Alien", "year": 1979, "genres": ["Horror", "Sci-Fi"]}
BLADE_RUNNER = {"movie_id": 541, "title": "Blade Runner", "year": 1982, "genres": ["Sci-Fi"]}
UNTITLED = {"movie_id": 999, "title": "Untitled", "year": None, "genres": []}
MOVIES = (TOY_STORY, HEAT, ALIEN, BLADE_RUNNER, UNTITLED)

POPULAR = {"all": [1214, 6, 541, 1], "Sci-Fi": [1214, 541], "Crime": [6], "Comedy": [1]}


def publish(
    mongodb: MongodbSettings,
    users: dict[int, list[int]],
    similar: dict[int, list[int]] | None = None,
    began_at: datetime = NIGHT,
    source: str = "als",
) -> str:
    """Publish lists that are given as movie ids, best first; the best score is 1.0, the next 0.5, and so on."""
    with GenerationStore(mongodb.address, mongodb.database) as store:
        models = {"recommender": {"name": source, "version": 1}}
        generation = store.begin(date(2026, 11, 20), models, began_at, {"lists": "typed out"})
        contents = store.contents(generation)
        for content, lists in ((Content.USER_LISTS, users), (Content.MOVIE_LISTS, similar or {})):
            for key, movie_ids in lists.items():
                scores = 1 / np.arange(1, len(movie_ids) + 1)
                length = {source: np.array([len(movie_ids)])}
                contents.write_lists(content, np.array([key]), np.array([movie_ids]), np.array([scores]), length)
        contents.write_catalogue([{"imdb_id": "tt0000001", "tmdb_id": None, **movie} for movie in MOVIES])
        contents.write_popular_lists(
            {scope: (np.array(ids), np.linspace(4.5, 3.5, len(ids))) for scope, ids in POPULAR.items()}
        )
        store.publish(generation, contents.counts(), [])
    return generation
