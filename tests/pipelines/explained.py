"""A small night that lists can be asked about: people, movies that some of them rated, and any model's generation."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pymongo import MongoClient

from infra.settings import MongodbSettings
from infra.stores.generations import GenerationStore
from infra.stores.list_records import ListRecord, read_list_record
from infra.stores.mongodb import read_once
from infra.stores.ranked_movies import ModelVersion, unpack
from infra.stores.registry import StoredModel
from infra.stores.snapshot import Snapshot
from models.likeness import MovieLikeness
from models.recommender import Model
from pipelines import publish_recommendations
from pipelines.feature_arrays import read_ratings
from pipelines.publication.tonight import Publication
from tests.catalogues import silent
from tests.pipelines.publishing import stored
from tests.publication import NIGHT

N_USERS, N_MOVIES, N_RATED = 300, 80, 15
USER, PROFILE = 7, 1_000_000_000
N_LISTED = 30


def people() -> list[tuple[int, int, float]]:
    """Return what everybody gave to movies of the first three quarters."""
    chance = np.random.default_rng(7)
    return [
        (user, int(movie), 1 + (user + place) % 9 / 2)
        for user in range(1, N_USERS + 1)
        for place, movie in enumerate(chance.choice(np.arange(1, N_MOVIES * 3 // 4), N_RATED, replace=False))
    ]


def movies() -> list[tuple[int, str, list[str], float]]:
    """Return the movies, of genres in turn, by falling shrunk rating."""
    genres = ("Comedy", "Drama", "Sci-Fi")
    return [(movie, f"Movie {movie}", [genres[movie % 3]], 5 - movie / 100) for movie in range(1, N_MOVIES + 1)]


def fitted(model: Model, snapshot: Snapshot) -> StoredModel:
    """Return a model that learned from all there is."""
    ratings = read_ratings(snapshot)
    return stored(model.fit(ratings, silent(ratings)))


def publish(mongodb: MongodbSettings, snapshot: Snapshot, recommender: StoredModel) -> str:
    """Publish lists of N_LISTED by a model for users."""
    ratings = read_ratings(snapshot)
    factors = np.ones((len(ratings.movies), 2), np.float32)
    alike = stored(MovieLikeness().blend(factors, ratings, silent(ratings)))
    with GenerationStore(mongodb.address, mongodb.database) as store, TemporaryDirectory() as docs_dir:
        publication = Publication(snapshot, recommender, alike, N_LISTED)
        return publish_recommendations.run(publication, store, NIGHT, Path(docs_dir))


def listed(mongodb: MongodbSettings, generation: str, user_id: int = USER) -> list[int]:
    """Return the movies of a user's list as it is stored."""
    with MongoClient(mongodb.address) as client:
        stored = client[mongodb.database][f"user_recommendations_{generation}"].find_one({"_id": user_id})
        return unpack("i", stored["movie_ids"])


def read(mongodb: MongodbSettings, movie_id: int, user_id: int = USER) -> ListRecord:
    """Return what is on record."""
    its_list = partial(read_list_record, user_id=user_id, movie_id=movie_id)
    return read_once(mongodb.address, mongodb.database, its_list)


def version_of(model: StoredModel) -> ModelVersion:
    """Return how a list names what made it."""
    return ModelVersion(model.name, model.version)
