"""How long all metrics and slices of 140,000 users take, by lists of 100, beside the same users sorted once.

Run `python -m tests.benchmarks.bench_evaluation`. Ratings and lists are generated: 19 million ratings of 27,000 movies,
a fifth of them tested, and lists that lean to the same movies.
"""

from time import perf_counter

import numpy as np
from scipy import sparse

from infra.tables import GENRES
from models.bootstrap import intervals
from models.catalogue import Catalogue
from models.evaluation import evaluate
from models.ratings import Ratings
from models.recommender import TopLists
from models.splits import Split

N_USERS, N_MOVIES, N_RATINGS, LIST_LENGTH = 140_000, 27_000, 20_000_000, 100


def leaning(chance, shape):
    return (chance.random(shape) ** 3 * N_MOVIES).astype(np.int64)


class Listed:
    """Hands out lists that are made already."""

    name = "listed"

    def __init__(self, lists):
        self.lists = lists

    def recommend(self, *_):
        return self.lists


def main():
    chance = np.random.default_rng(0)
    users, movies = np.divmod(
        np.unique(chance.integers(0, N_USERS, N_RATINGS) * N_MOVIES + leaning(chance, N_RATINGS)), N_MOVIES
    )
    ratings = Ratings.of(users, movies, np.full(len(users), 4.0), np.zeros(len(users)), range(N_MOVIES))
    is_test = chance.random(len(ratings)) < 0.2
    split = Split("by_user", ratings.where(~is_test), ratings.where(is_test), np.zeros(N_USERS, np.int64), N_USERS)
    genres = chance.random((N_MOVIES, len(GENRES))) < 0.15
    words = sparse.csr_array((N_MOVIES, 0), dtype=np.float32)
    nothing = np.zeros((N_MOVIES, 0), np.float32)
    years = np.zeros(N_MOVIES, np.float32)
    catalogue = Catalogue(ratings.movies, words, nothing, genres, years, word_ids=np.zeros(0, np.int64))
    lists = leaning(chance, (N_USERS, LIST_LENGTH))

    start = perf_counter()
    np.sort(lists, axis=1)
    sorted_once = perf_counter()
    evaluation = evaluate(Listed(TopLists(lists, -np.sort(lists.astype(np.float32)))), split, catalogue)
    evaluated = perf_counter()
    intervals(np.column_stack([*evaluation.per_user.values(), *evaluation.slices.values()]))
    drawn = perf_counter()
    print(f"{evaluation.n_users:,} users, {len(ratings):,} ratings, lists of {LIST_LENGTH}, seconds:")
    print(f"the lists sorted once {sorted_once - start:.2f}, all metrics and slices {evaluated - sorted_once:.2f}")
    print(f"10,000 resamples of all of them {drawn - evaluated:.2f}")


if __name__ == "__main__":
    main()
