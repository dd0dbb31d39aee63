import numpy as np
import pytest
from scipy import sparse

from models.id_map import IdMap
from models.warp import FeatureFactors, learn

STEPS = {"n_epochs": 20, "learning_rate": 0.05, "regularization": 0.0, "seed": 1}


def start(ids, seed=0):
    embeddings = np.random.default_rng(seed).normal(0, 0.1, (len(ids), 4)).astype(np.float32)
    return FeatureFactors.nothing(4).with_features(np.array(ids), embeddings)


def themselves(n):
    return sparse.csr_matrix(np.eye(n, dtype=np.float32))


def weights(rows):
    return sparse.coo_array(np.array(rows, np.float32))


def scores(users, movies):
    return users.embeddings @ movies.embeddings.T + movies.biases


TWO_TASTES = weights([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]])


def test_what_a_user_chose_is_ranked_above_the_rest():
    users, movies = learn(start(range(4)), start(range(4), seed=1), themselves(4), themselves(4), TWO_TASTES, **STEPS)

    ranking = np.argsort(-scores(users, movies), axis=1)
    assert [set(row[:2].tolist()) for row in ranking] == [{0, 1}, {0, 1}, {2, 3}, {2, 3}]


def test_steps_get_shorter_with_all_that_was_learned_before():
    before = start(range(4)), start(range(4), seed=1)
    fast = learn(*before, themselves(4), themselves(4), TWO_TASTES, **STEPS)[1]
    slowed = before[1]._replace(embedding_gradients=np.full((4, 4), 100, np.float32))

    slow = learn(before[0], slowed, themselves(4), themselves(4), TWO_TASTES, **STEPS)[1]

    way, slow_way = (np.abs(after.embeddings - before[1].embeddings).mean() for after in (fast, slow))
    assert 0 < slow_way < way / 2
    assert (fast.embedding_gradients > 1).all()
    assert (slow.embedding_gradients > 100).all()


def test_a_single_choice_is_learned_against_all_others():
    users, movies = start([5]), start(range(4))

    after_users, after_movies = learn(users, movies, themselves(1), themselves(4), weights([[1, 0, 0, 0]]), **STEPS)

    assert after_movies.biases[0] > 0 > after_movies.biases[1:].max()
    assert scores(after_users, after_movies)[0].argmax() == 0


def test_a_choice_of_more_weight_moves_more():
    light, heavy = (
        learn(start([5]), start(range(4)), themselves(1), themselves(4), weights([[w, 0, 0, 0]]), **STEPS)[1]
        for w in (0.1, 1.0)
    )

    assert 0 < light.biases[0] < heavy.biases[0]


def test_learning_leaves_what_it_started_from_as_it_was():
    users, movies = start([5]), start(range(3))
    before = [array.copy() for array in (*users[1:], *movies[1:])]

    learn(users, movies, themselves(1), themselves(3), weights([[1, 0, 0]]), **STEPS)

    for array, was in zip((*users[1:], *movies[1:]), before, strict=True):
        np.testing.assert_array_equal(array, was)


def test_new_features_find_room_among_what_was_learned():
    known = FeatureFactors(
        IdMap([3, 7]), *(np.array(x, np.float32) for x in ([[1, 2], [3, 4]], [[5, 5], [6, 6]], [8, 9], [2, 3]))
    )

    grown = known.with_features(np.array([7, 5]), np.array([[0.7, 0.7], [0.5, 0.5]], np.float32))

    assert grown.features.ids.tolist() == [3, 5, 7]
    assert grown.embeddings.tolist() == [[1, 2], [0.5, 0.5], [3, 4]]
    assert grown.embedding_gradients.tolist() == [[5, 5], [1, 1], [6, 6]]
    assert grown.biases.tolist() == [8, 0, 9]
    assert grown.bias_gradients.tolist() == [2, 1, 3]


def test_a_vector_is_the_weighted_sum_of_features_with_the_bias_last():
    factors = FeatureFactors(
        IdMap([3, 7]), *(np.array(x, np.float32) for x in ([[1, 2], [3, 4]], [[1, 1]] * 2, [8, 9], [1, 1]))
    )

    vectors = factors.vectors(sparse.csr_matrix(np.array([[1, 0.5], [0, 0]], np.float32)))

    assert vectors.tolist() == [pytest.approx([2.5, 4, 12.5]), [0, 0, 0]]


def test_all_of_it_is_restored_from_arrays():
    factors = start([3, 7])

    restored = FeatureFactors.restore("user", factors.arrays("user") | start([1]).arrays("movie"))

    assert restored.features == factors.features
    for array, was in zip(restored[1:], factors[1:], strict=True):
        np.testing.assert_array_equal(array, was)
