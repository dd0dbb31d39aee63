"""A small publication, as a process of its own that dies at a chosen moment.

`python -m tests.pipelines.publishing <lake> <MongoDB address> <database> <moment>`
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from infra.stores import generation_contents
from infra.stores.generation_contents import GenerationContents
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from infra.stores.ledger import Ledger
from infra.stores.ranked_movies import unpack
from infra.stores.registry import StoredModel
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES
from models.catalogue import describe
from models.likeness import MovieLikeness
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines import publish_recommendations
from pipelines.feature_arrays import read_ratings
from pipelines.publication import local, shards
from pipelines.publication.tonight import Publication
from tests.catalogues import silent

NIGHT = datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC)

MOVIES = [
    (1, "Toy Story", ["Animation", "Comedy"], 3.9),
    (6, "Heat", ["Crime", "Thriller"], 4.0),
    (541, "Blade Runner", ["Sci-Fi"], 4.1),
    (999, "Nobody Saw It", ["Western", "Comedy"], 3.5),
    (1000, "Nobody Described It", [], 3.5),
    (1214, "Alien", ["Sci-Fi"], 4.2),
]
RATINGS = [(10, 1, 4.0), (10, 6, 5.0), (20, 541, 4.5), (20, 1214, 5.0), (30, 1, 3.0), (30, 1214, 4.0)]

KINDS = "user_recommendations", "movie_recommendations", "movies", "popular"

N_BESIDE_LISTS = 12
"""How many movies and popular lists are written before the first list."""

BEFORE_THE_FLIP = {
    "while the catalogue is written": (Collection, "insert_many", 2),
    "in the middle of a shard": (Collection, "insert_many", N_BESIDE_LISTS + 2),
    "when a shard is written but not in the ledger": (Ledger, "add", 2),
    "between two shards": (GenerationStore, "require_building", 4),
    "before the checks": (GenerationContents, "counts", 1),
    "in the middle of the flip": (ClientSession, "commit_transaction", 2),
}
AMONG_KEPT = {"in the middle of a shard that is kept": (GenerationContents, "copy_lists", 4)}
AFTER_THE_FLIP = {"before old lists are dropped": (GenerationStore, "_drop_unwanted", 2)}


def in_force(database):
    """Return the generation readers are pointed at."""
    return database.serving_state.find_one({"_id": "recommendations"})["generation"]


def lists(database, kind):
    """Return the collection of that kind in the generation in force, by id."""
    documents = database[f"{kind}_{in_force(database)}"].find()
    return {document.pop("_id"): unpacked(document) for document in documents}


def unpacked(document):
    """Return a document of MongoDB with lists in place of packed numbers."""
    return {name: unpack("i" if name == "movie_ids" else "f", field) for name, field in document.items()}


def stored(model: Popularity | MovieLikeness) -> StoredModel:
    """Return a model as the registry would."""
    return StoredModel(model.name, model.parameters(), 3, "run", "2026-11-20", newest_rating=0, arrays=model.arrays())


def popularity(snapshot: Snapshot) -> StoredModel:
    """Return a champion for users that knows every movie."""
    return stored(fit_popularity(snapshot))


def neighbours(snapshot: Snapshot) -> StoredModel:
    """Return a champion for movies that goes by their genres."""
    return stored(fit_neighbours(snapshot))


def fit_popularity(snapshot: Snapshot) -> Popularity:
    """Learn from the ratings of the snapshot."""
    return Popularity().fit(all_ratings(snapshot), silent(all_ratings(snapshot)))


def fit_neighbours(snapshot: Snapshot) -> MovieLikeness:
    """Learn from the genres of MOVIES; everyone's factors are alike."""
    movie_ids, _, genres, _ = zip(*MOVIES, strict=True)
    catalogue = describe(
        movie_ids, [""] * len(MOVIES), [None] * len(MOVIES), genres, [[]] * len(MOVIES), n_dimensions=4
    )
    return MovieLikeness().blend(np.ones((len(MOVIES), 2), np.float32), all_ratings(snapshot), catalogue)


def all_ratings(snapshot: Snapshot) -> Ratings:
    """Return the snapshot's ratings over all of its movies."""
    rated = read_ratings(snapshot)
    user_ids, movie_ids = rated.users.ids[rated.user_index], rated.movies.ids[rated.movie_index]
    return Ratings.of(user_ids, movie_ids, rated.rating, rated.rated_at, [movie[0] for movie in MOVIES])


def tonights(document: dict) -> dict:
    """Return the figures of a generation by content, without what compares them with the night before."""
    compared = {"last_fit", "compared", "shared", "changed", "worst"}
    lists = document["figures"]["lists"]
    return {content: {name: lists[content][name] for name in lists[content].keys() - compared} for content in lists}


def die_at(owner: type, method: str, call: int) -> None:
    """Make the given call of a method end this process as `kill -9` does."""
    original, n_calls = getattr(owner, method), 0

    def deadly(*arguments, **options):
        nonlocal n_calls
        n_calls += 1
        if n_calls == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    setattr(owner, method, deadly)


def main(lake: str, address: str, database: str, moment: str) -> None:
    """Publish one document after the other, in shards of two lists, and die."""
    generation_contents.BATCH = generation_contents.N_WRITERS = local.N_WORKERS = 1
    shards.SHARD_SIZE = 2
    die_at(*{**BEFORE_THE_FLIP, **AMONG_KEPT, **AFTER_THE_FLIP}[moment])
    snapshot = Lake(lake).open(FEATURES)
    with GenerationStore(address, database) as store:
        champions = popularity(snapshot), neighbours(snapshot)
        publication = Publication(snapshot, *champions)
        publish_recommendations.run(publication, store, datetime.now(UTC), Path(lake))


if __name__ == "__main__":
    main(*sys.argv[1:])
