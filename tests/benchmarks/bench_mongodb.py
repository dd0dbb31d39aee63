"""How fast lists are written from arrays, beside a bare unordered insert_many of the same documents; at least 0.8.

Run `python -m tests.benchmarks.bench_mongodb`. 20,000 lists of 100 movies drawn by chance; they take turns, and the
fastest turns count. The bare one has its documents ready as BSON, so it encodes nothing.
"""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from infra.local import servers
from infra.settings import MongodbSettings
from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore
from tests.benchmarks.figures import Figure
from tests.benchmarks.world import running
from tests.conftest import free_port

N_LISTS, N_MOVIES, LENGTH, N_ROUNDS = 20_000, 80_000, 100, 3


def lists(chance):
    movie_ids = chance.integers(1, N_MOVIES, (N_LISTS, LENGTH))
    scores = -np.sort(-chance.random((N_LISTS, LENGTH)))
    return np.arange(N_LISTS), movie_ids, scores, {"ials": np.full(N_LISTS, LENGTH)}


def rate(work):
    start = perf_counter()
    work()
    return N_LISTS / (perf_counter() - start)


def compare(mongodb, arrays):
    """Return how many lists a second are written, by ours and by the bare one."""
    models = {"recommender": {"name": "ials", "version": 1}}
    with (
        GenerationStore(mongodb.address, mongodb.database) as store,
        MongoClient(mongodb.address, document_class=RawBSONDocument) as client,
    ):
        generation = store.begin(date(2026, 11, 20), models, datetime(2026, 11, 20, tzinfo=UTC), {"n": LENGTH})
        contents, database = store.contents(generation), client[mongodb.database]
        written, bare = database[Content.USER_LISTS.of(generation)], database["bare"]

        def bare_rate():
            documents = list(written.find())
            bare.drop()
            return rate(lambda: bare.insert_many(documents, ordered=False))

        rounds = []
        for _ in range(N_ROUNDS):
            written.delete_many({})
            ours = rate(lambda: contents.write_lists(Content.USER_LISTS, *arrays))
            rounds.append((ours, bare_rate()))
    return np.max(rounds, axis=0)


def measure():
    """Return the one figure."""
    mongodb = MongodbSettings(port=free_port())
    with tempfile.TemporaryDirectory() as folder:
        server = servers.mongodb(mongodb, Path(folder) / "mongodb")
        [command] = server.programs.values()
        with running(command, server.folder, server.environment, server.answers):
            server.settle()
            ours, bare = compare(mongodb, lists(np.random.default_rng(0)))
    return [Figure(f"writing lists of {LENGTH}", "lists a second", ours, "bare insert_many", bare, 0.8)]


def main():
    print(*measure(), sep="\n")


if __name__ == "__main__":
    main()
