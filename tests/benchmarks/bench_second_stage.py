"""How many candidates a second the second stage describes and scores; at least 300,000 on 2 cores.

Run `python -m tests.benchmarks.bench_second_stage`. Everything is generated, with a catalogue as large as
MovieLens-32M's: 160 ratings and 100 candidates per user, trees as deep and as many as the models' own.
"""

from time import perf_counter

import numpy as np
from scipy import sparse

from infra.tables import GENRES
from models.candidates import Candidates
from models.catalogue import Catalogue, unit_rows
from models.pair_features import MovieFacts
from models.ranker import load, predict, train
from models.ratings import Ratings
from models.two_stage import USERS_PER_BLOCK, AlsCatboost
from tests.benchmarks.figures import Figure

N_USERS, N_MOVIES, N_RATINGS_EACH, N_CANDIDATES = 20 * USERS_PER_BLOCK, 87_000, 160, 100
ASKED_FOR = 300_000


def history(chance):
    user = np.repeat(np.arange(N_USERS), N_RATINGS_EACH)
    movie = (N_MOVIES * chance.random(len(user)) ** 3).astype(np.int64)
    user, movie = np.divmod(np.unique(user * N_MOVIES + movie), N_MOVIES)
    stars, seconds = chance.integers(1, 11, len(user)) / 2, chance.integers(0, 10**9, len(user))
    return Ratings.of(user, movie, stars, seconds, np.arange(N_MOVIES))


def catalogue(chance, movies):
    content = unit_rows(chance.normal(size=(N_MOVIES, 64)).astype(np.float32))
    genres, years = chance.random((N_MOVIES, len(GENRES))) < 0.1, chance.integers(1900, 2020, N_MOVIES)
    words = {"words": sparse.csr_array((N_MOVIES, 1)), "word_ids": np.zeros(1, np.int64)}
    return Catalogue(movies=movies, content=content, genres=genres, years=years.astype(np.float32), **words)


def candidates(chance):
    row = np.repeat(np.arange(USERS_PER_BLOCK), N_CANDIDATES)
    movie = np.sort(chance.integers(0, N_MOVIES, (USERS_PER_BLOCK, N_CANDIDATES))).ravel()
    scores, ranks = chance.random((2, 1, len(row))).astype(np.float32)
    return Candidates(row, movie, scores, ranks)


def trained(model, chance, pairs, user_ids, ratings):
    features = model.features(pairs, user_ids, ratings)
    chosen = chance.random(len(features)) < 0.05
    return load(train(features, chosen, pairs.row, iterations=model.n_trees, depth=model.depth))


def measure():
    """Return how fast candidates are described and scored, beside what is asked for."""
    chance = np.random.default_rng(0)
    ratings = history(chance)
    model = AlsCatboost()
    model.stage_one.movies, model.movies = ratings.movies, MovieFacts.of(ratings, catalogue(chance, ratings.movies))
    blocks = [(ids, candidates(chance)) for ids in np.split(ratings.users.ids, N_USERS // USERS_PER_BLOCK)]
    trees = trained(model, chance, blocks[0][1], blocks[0][0], ratings)
    model.features(blocks[0][1], blocks[0][0], ratings)  # sorts the ratings by user, once
    start = perf_counter()
    for user_ids, pairs in blocks:
        predict(trees, model.features(pairs, user_ids, ratings))
    seconds = perf_counter() - start
    rate = N_USERS * N_CANDIDATES / seconds
    return [Figure("second stage", "candidates a second", rate, "asked for", ASKED_FOR, 1)]


def main():
    print(*measure(), sep="\n")


if __name__ == "__main__":
    main()
