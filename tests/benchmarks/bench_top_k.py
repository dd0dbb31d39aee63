"""How many users a second get their 100 best movies, beside implicit and beside nothing but the matrix product.

Run `python -m tests.benchmarks.bench_top_k`. Factors are learned from generated ratings, once, and kept in `var/bench`.
All take turns on as many threads as there are cores, seen movies left out; the fastest turns count, by the clock and
by the time of all processors, which a busy machine disturbs less. Peers are given some of the users where all would
take minutes. The product is done in the same blocks, and its scores are thrown away.
"""

import os
import tempfile
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from models.als import Als
from models.ratings import Ratings
from models.top_k import MOVIES_PER_BLOCK, USERS_PER_BLOCK, top_by_factors
from pipelines.sample import write_sample
from tests.benchmarks.figures import Figure
from tests.catalogues import silent

FOLDER = Path("var/bench")
LENGTH, MOST_MEMORY_MB = 100, 1_000
UNITS = "users a second", "users a processor second"


class Size(NamedTuple):
    """A catalogue's size, how many users the peers are given, how often all take turns, and the least ratios."""

    n_users: int
    n_movies: int
    n_ratings: int
    n_factors: int
    n_peer_users: int
    n_rounds: int
    over_implicit: float
    over_product: float | None = None

    def __str__(self):
        return f"{self.n_users}x{self.n_movies}x{self.n_factors}"


SIZES = (  # those of MovieLens-32M, -20M and -1M
    Size(200_948, 87_585, 32_000_204, 64, 4_096, 3, over_implicit=10, over_product=1),
    Size(138_493, 26_744, 20_000_263, 128, 8_192, 3, over_implicit=5),
    Size(6_040, 3_706, 1_000_209, 128, 6_040, 15, over_implicit=4),
)


def learn(size, folder):
    """Return the factors of users and of movies, and what the users rated."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        sample = write_sample(Path(home, "sample"), size.n_users, size.n_movies, size.n_ratings, seed=42)
        table = pd.read_csv(sample / "ratings.csv")
        movie_ids = pd.read_csv(sample / "movies.csv", usecols=["movieId"])["movieId"]
    ratings = Ratings.of(table["userId"], table["movieId"], table["rating"], table["timestamp"], movie_ids)
    model = Als(size.n_factors, n_epochs=4).fit(ratings, silent(ratings))
    return model.user_factors, model.movie_factors, ratings.matrix


def learned(size, folder):
    """Return what `learn` does, by now or from earlier."""
    path = folder / f"{size}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        users, movies, seen = learn(size, folder)
        np.savez(path, users=users, movies=movies, indices=seen.indices, indptr=seen.indptr)
    with np.load(path) as kept:
        users, movies, indices, indptr = (kept[name] for name in ("users", "movies", "indices", "indptr"))
    return users, movies, sparse.csr_array((np.ones_like(indices), indices, indptr), (len(users), len(movies)))


def list_by_implicit(users, movies, seen):
    model = AlternatingLeastSquares(users.shape[1], num_threads=os.cpu_count())
    model.user_factors, model.item_factors = users, movies
    return model.recommend(np.arange(len(users)), sparse.csr_matrix(seen), N=LENGTH)


def multiply(users, movies):
    blocks = [np.ascontiguousarray(part.T) for part in np.array_split(movies, -(-len(movies) // MOVIES_PER_BLOCK))]
    firsts = iter(range(0, len(users), USERS_PER_BLOCK))

    def work(_):
        room = np.empty(USERS_PER_BLOCK * MOVIES_PER_BLOCK, np.float32)
        for first in firsts:
            rows = users[first : first + USERS_PER_BLOCK]
            for block in blocks:
                np.matmul(rows, block, out=room[: len(rows) * block.shape[1]].reshape(len(rows), -1))

    with ThreadPoolExecutor() as pool:
        list(pool.map(work, range(os.cpu_count())))


def rates(users, work, *arguments):
    """Return how many users a second and a processor second were served, and what came out."""
    start, processor_start = perf_counter(), process_time()
    answer = work(users, *arguments)
    return len(users) / np.array([perf_counter() - start, process_time() - processor_start]), answer


def memory_mb(work, *arguments):
    """Return how much memory the work takes at its worst, its answer included."""
    tracemalloc.start()
    work(*arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 10**6


def take_turns(users, movies, seen, some, n_rounds):
    """Return each one's fastest rates; the peers list for the positions `some` of users."""
    ids = np.arange(len(movies))
    top_by_factors(users[:1], movies, seen[:1], LENGTH, ids)  # compiles
    fastest = dict.fromkeys(("ours", "implicit", "product"), np.zeros(2))
    for _ in range(n_rounds):
        ours, lists = rates(users, top_by_factors, movies, seen, LENGTH, ids)
        implicit, (_, scores) = rates(users[some], list_by_implicit, movies, seen[some])
        product, _ = rates(users[some], multiply, movies)
        for name, found in (("ours", ours), ("implicit", implicit), ("product", product)):
            fastest[name] = np.maximum(fastest[name], found)
    np.testing.assert_allclose(lists.scores[some], -np.sort(-scores), rtol=1e-5, atol=1e-6)
    return fastest


def measure_size(size, folder):
    users, movies, seen = learned(size, folder)
    some = np.sort(np.random.default_rng(0).permutation(len(users))[: size.n_peer_users])
    fastest = take_turns(users, movies, seen, some, size.n_rounds)
    memory = memory_mb(top_by_factors, users, movies, seen, LENGTH, np.arange(len(movies)))
    name, bars = f"top {LENGTH} of {size}", {"implicit": size.over_implicit, "product": size.over_product}
    return [
        Figure(name, unit, ours, peer, of_peer, bar)
        for peer, bar in bars.items()
        if bar
        for unit, ours, of_peer in zip(UNITS, fastest["ours"], fastest[peer], strict=True)
    ] + [Figure(f"memory for {size}", "MB", memory, "allowed", MOST_MEMORY_MB, 1, more_is_better=False)]


def measure(sizes=SIZES, folder=FOLDER):
    """Return the figures of every size."""
    with threadpool_limits(1, "blas"):
        return [figure for size in sizes for figure in measure_size(size, folder)]


def main():
    print(*measure(), sep="\n")


if __name__ == "__main__":
    main()
