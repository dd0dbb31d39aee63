"""How fast lists of 100 go into MongoDB and come back, and what they take there: packed, and as arrays.

Run `python -m tests.benchmarks.bench_list_writing`. The peer is a bare unordered `insert_many` of the same documents,
which are dicts, as a program without an encoder of its own has them. Everything is on one machine, MongoDB included.
"""

from array import array
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
from time import perf_counter

import bson
import numpy as np
from pymongo import MongoClient, WriteConcern

from infra.local import servers
from infra.local.probes import wait_until
from infra.settings import MongodbSettings
from infra.stores.generation_contents import BATCH, GenerationContents
from infra.stores.generation_layout import Content
from infra.stores.list_encoding import StoredLists, encode_lists
from tests.conftest import free_port

N_LISTS, N_MOVIES, LENGTH, N_TIMES = 40_000, 87_000, 100, 3
GENERATION = "2026-11-20T003105Z"


def drawn_lists() -> StoredLists:
    chance = np.random.default_rng(0)
    movie_ids = chance.integers(1, N_MOVIES, (N_LISTS, LENGTH))
    scores = -np.sort(-chance.random((N_LISTS, LENGTH), np.float32), axis=1)
    marks = chance.integers(0, 2**63, N_LISTS).astype(np.uint64)
    return StoredLists(np.arange(1, N_LISTS + 1), movie_ids, scores, {"ials": np.full(N_LISTS, LENGTH)}, marks)


def batches_of(documents):
    return [documents[first : first + BATCH] for first in range(0, N_LISTS, BATCH)]


def per_second(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return N_LISTS / (perf_counter() - start)


def measure(address: str) -> None:
    client = MongoClient(address)
    database, lists = client.bench, drawn_lists()
    packed = [bson.decode(document.raw) for document in encode_lists(lists)]
    unpacked = [
        {**each, "movie_ids": array("i", each["movie_ids"]).tolist(), "scores": array("f", each["scores"]).tolist()}
        for each in packed
    ]

    def write_bare(name, batches):
        collection = database[name].with_options(write_concern=WriteConcern(w=1))
        for batch in batches:
            collection.insert_many(batch, ordered=False)

    def write_ours():
        GenerationContents(database, address, GENERATION).write_lists(Content.USER_LISTS, *lists)

    for _ in range(N_TIMES):
        client.drop_database("bench")
        as_arrays = per_second(lambda: write_bare("arrays", batches_of(unpacked)))
        as_binary = per_second(lambda: write_bare("binary", batches_of(packed)))
        ours = per_second(write_ours)
        print(f"bare, arrays {as_arrays:,.0f} lists/s   bare, packed {as_binary:,.0f}   ours {ours:,.0f}", end="   ")
        print(f"ours / bare of the same documents {ours / as_binary:.2f}, of arrays {ours / as_arrays:.2f}")
    client.admin.command("fsync")
    for name in ("arrays", "binary"):
        sizes = database.command("collStats", name)
        read = per_second(lambda name=name: list(database[name].find()))
        size, on_disk = sizes["size"] / N_LISTS, sizes["storageSize"] / N_LISTS
        print(f"{name}: {size:,.0f} bytes a list, {on_disk:,.0f} on disk, read at {read:,.0f} lists/s")


def main() -> None:
    with TemporaryDirectory() as folder:
        server = servers.mongodb(MongodbSettings(port=free_port()), Path(folder))
        (command,) = server.programs.values()
        with Popen(command, cwd=folder, stdout=DEVNULL, stderr=DEVNULL) as mongod:
            assert wait_until(server.answers, 60)
            server.settle()
            measure(server.address)
            mongod.terminate()


if __name__ == "__main__":
    main()
