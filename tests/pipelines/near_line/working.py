"""A near-line worker on two tastes in movies; as a process of its own, it can die at a chosen moment.

`python -m tests.pipelines.near_line.working <MongoDB address> <database> <Redis port> [<moment>]`
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial

import numpy as np
from pydantic import SecretStr

from infra.settings import MongodbSettings, RedisSettings, Settings
from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore
from infra.stores.list_cache import ListCache
from infra.stores.ranked_movies import ModelVersion
from infra.stores.streams import Consumer
from infra.stores.user_lists import UserLists
from models.als import Als
from models.fallback import Ranking
from models.ratings import Ratings
from pipelines import refresh_worker
from pipelines.near_line.champion import Champion, Wanted
from tests.catalogues import silent
from tests.pipelines.publishing import die_at

NIGHT = datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC)
SCIENCE_FICTION, DRAMAS = list(range(100, 120)), list(range(200, 220))
MOVIES = [*SCIENCE_FICTION, *DRAMAS]
POPULAR = [*DRAMAS, *SCIENCE_FICTION]
SNAPSHOT = "2026-11-20/one"
USER = 1  # of the dataset, who likes dramas

RETRY_SECONDS = 1.0
MOMENTS = {
    "before it writes lists": (UserLists, "write"),
    "between MongoDB and Redis": (ListCache, "renew_lists"),
    "before it says that it is done": (Consumer, "done"),
}


def ratings() -> Ratings:
    """Return what sixty users gave 5 stars, a third of them to science fiction; each misses a few movies."""
    kinds = {user: SCIENCE_FICTION if user % 3 == 0 else DRAMAS for user in range(1, 61)}
    pairs = [(user, movie) for user, kind in kinds.items() for movie in kind if (movie + user) % 5]
    user_ids, movie_ids = zip(*pairs, strict=True)
    return Ratings.of(user_ids, movie_ids, np.full(len(pairs), 5), np.arange(len(pairs)), MOVIES)


def champion(wanted: Wanted) -> Champion:
    """Return the champion that is wanted; whichever that is, it is the same model."""
    rated = ratings()
    top_rated = Ranking.of(POPULAR, np.linspace(4.5, 3.5, len(POPULAR)))
    model = Als(n_factors=4, n_epochs=5).fit(rated, silent(rated))
    return Champion(wanted.version or ModelVersion("als", 1), model, rated, top_rated, SNAPSHOT)


def publish(mongodb: MongodbSettings, began_at: datetime = NIGHT) -> str:
    """Publish a generation in which USER has a list of what is popular."""
    with GenerationStore(mongodb.address, mongodb.database) as store:
        generation = store.begin(date(2026, 11, 20), {"recommender": {"name": "als", "version": 1}}, began_at, {})
        contents = store.contents(generation)
        scores = np.linspace(1, 0.1, 3)
        unseen = [movie for movie in DRAMAS if not (movie + USER) % 5][:3]
        contents.write_lists(
            Content.USER_LISTS, np.array([USER]), np.array([unseen]), scores[None], {"als": np.array([3])}
        )
        contents.write_catalogue([describe(movie) for movie in MOVIES])
        contents.write_popular_lists({"all": (np.array(POPULAR), np.linspace(4.5, 3.5, len(POPULAR)))})
        store.publish(generation, contents.counts(), [])
    return generation


def describe(movie_id: int) -> dict:
    """Return what the catalogue says of a movie."""
    genre = "Sci-Fi" if movie_id in SCIENCE_FICTION else "Drama"
    said = {"title": f"Movie {movie_id}", "year": 1999, "genres": [genre], "imdb_id": None, "tmdb_id": None}
    return {"movie_id": movie_id, **said}


def settings_of(mongodb: MongodbSettings, redis: RedisSettings) -> Settings:
    """Return settings that lead to these servers."""
    return Settings(mongodb=mongodb, redis=redis)


@asynccontextmanager
async def working(mongodb: MongodbSettings, redis: RedisSettings, load=champion) -> AsyncIterator[None]:
    """Work beside the block, in this process."""
    stopping = asyncio.Event()
    task = asyncio.create_task(refresh_worker.run(settings_of(mongodb, redis), load, stopping, RETRY_SECONDS))
    try:
        yield
    finally:
        stopping.set()
        await task


def main(address: str, database: str, redis_port: str, moment: str = "") -> None:
    """Work until told to stop, or die."""
    if moment:
        die_at(*MOMENTS[moment], 1)
    mongodb = MongodbSettings(url=SecretStr(address), database=database)
    settings = settings_of(mongodb, RedisSettings(port=int(redis_port)))
    work = partial(refresh_worker.run, settings, champion, retry_seconds=RETRY_SECONDS)
    asyncio.run(refresh_worker.until_told(lambda stopping: work(stopping=stopping)))


if __name__ == "__main__":
    main(*sys.argv[1:])
