"""How long an epoch of `ials` takes beside one of implicit's least squares, on as many threads; at most 1.5 times.

Run `python -m tests.benchmarks.bench_ials`. The ratings are generated: a million by 20,000 users of 5,000 movies, some
users and movies far more busy than others. They take turns; the fastest epochs count.
"""

import os
from time import perf_counter

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from models.block_solves import improve

N_USERS, N_MOVIES, N_RATINGS = 20_000, 5_000, 1_000_000
N_FACTORS, N_EPOCHS = 64, 5


def confidences(seed=0):
    chance = np.random.default_rng(seed)
    users, movies = (
        chance.choice(n, 2 * N_RATINGS, p=(weight := chance.lognormal(0, spread, n)) / weight.sum())
        for n, spread in ((N_USERS, 1.0), (N_MOVIES, 1.5))
    )
    pairs = chance.permutation(np.unique(users * N_MOVIES + movies))[:N_RATINGS]
    trust = 1 + chance.integers(1, 11, len(pairs)).astype(np.float32) / 8
    return sparse.csr_matrix((trust, np.divmod(pairs, N_MOVIES)), shape=(N_USERS, N_MOVIES))


def seconds_of_implicit(by_user):
    seconds = []
    solver = AlternatingLeastSquares(N_FACTORS, iterations=N_EPOCHS, num_threads=os.cpu_count(), random_state=0)
    solver.fit(by_user, show_progress=False, callback=lambda _, elapsed, *__: seconds.append(elapsed))
    return min(seconds)


def seconds_of_ials(by_user):
    by_movie = sparse.csr_matrix(by_user.T)
    chance = np.random.default_rng(0)
    users, movies = (chance.normal(0, 0.01, (n, N_FACTORS)).astype(np.float32) for n in by_user.shape)
    of_users, of_movies = (np.full(n, 10, np.float32) for n in by_user.shape)
    seconds = []
    for _ in range(1 + N_EPOCHS):  # the first compiles
        start = perf_counter()
        improve(users, movies, by_user, 0.1, of_users)
        improve(movies, users, by_movie, 0.1, of_movies)
        seconds.append(perf_counter() - start)
    return min(seconds)


def main():
    by_user = confidences()
    with threadpool_limits(1, "blas"):
        rounds = [(seconds_of_implicit(by_user), seconds_of_ials(by_user)) for _ in range(3)]
    implicit, ials = np.min(rounds, axis=0)
    print(f"{by_user.nnz} ratings, {N_FACTORS} factors, {os.cpu_count()} threads, seconds per epoch:")
    print(f"implicit {implicit:.3f}, ials {ials:.3f}, ratio {ials / implicit:.2f}")


if __name__ == "__main__":
    main()
