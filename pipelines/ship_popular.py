"""Write the few movies that the API is shipped with, from the generation in force."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from infra.errors import NoGeneration
from infra.settings import MongodbSettings, get_settings
from infra.stores.ranked_movies import Movie
from infra.stores.recommendations import LOOK_MS, Generation, RecommendationStore
from infra.tables import EVERY_GENRE

FILE = Path("serving/shipped.json")
N_OF_ALL, N_OF_EACH_GENRE = 20, 2


def choose(generation: Generation) -> list[Movie]:
    """Return the best movies of all, then the best of each genre, so that no genre is without; each once."""
    popular = {scope: ranked.movie_ids for scope, ranked in generation.popular.items()}
    of_genres = (popular[genre][:N_OF_EACH_GENRE] for genre in sorted(popular) if genre != EVERY_GENRE)
    chosen = dict.fromkeys([*popular[EVERY_GENRE][:N_OF_ALL], *chain.from_iterable(of_genres)])
    return [generation.movies[movie_id] for movie_id in chosen]


def write(movies: Iterable[Movie], file: Path) -> None:
    """Write one movie per line, without scores: ids and titles are facts, what people rated is GroupLens' data."""
    lines = [json.dumps(asdict(movie), ensure_ascii=False) for movie in movies]
    file.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def main() -> None:
    """Write FILE, which is then to be committed. Raises NoGeneration when none is in force."""
    generation = asyncio.run(_in_force(get_settings().mongodb))
    if generation.id is None:
        raise NoGeneration("no generation can be read, so there is nothing to ship: run `make publish` first")
    write(choose(generation), FILE)
    print(f"{FILE} is of generation {generation.id}")


async def _in_force(settings: MongodbSettings) -> Generation:
    store = RecommendationStore(settings.address, settings.database, LOOK_MS)
    await store.refresh()
    await store.close()
    return store.generation
