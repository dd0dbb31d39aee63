import numpy as np
from scipy import sparse

from models.block_solves import improve

CONFIDENCE = sparse.csr_array(np.array([[1.0, 2.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0]], np.float32))
PENALTY = np.array([3.0, 2.0, 1.0], np.float32)


def others(n_factors):
    return np.random.default_rng(1).normal(size=(4, n_factors)).astype(np.float32)


def closed_form(y):
    """The minimum by the normal equations, row by row."""
    rows = [
        np.linalg.solve(y.T @ (np.diag(c) + 0.5 * np.eye(4)) @ y + penalty * np.eye(y.shape[1]), y.T @ c)
        for c, penalty in zip(CONFIDENCE.toarray().astype(np.float64), PENALTY, strict=True)
    ]
    return np.array(rows)


def test_a_block_of_all_factors_gives_the_minimum_wherever_it_starts():
    y = others(10)
    x = np.random.default_rng(2).normal(size=(3, 10)).astype(np.float32)

    improve(x, y, CONFIDENCE, 0.5, PENALTY, block=10)

    np.testing.assert_allclose(x, closed_form(y), atol=1e-4)


def test_smaller_blocks_come_to_the_same_minimum():
    y = others(10)
    x = np.ones((3, 10), np.float32)

    for _ in range(300):
        improve(x, y, CONFIDENCE, 0.5, PENALTY, block=4)  # and a last block of 2

    np.testing.assert_allclose(x, closed_form(y), atol=1e-4)


def test_a_step_solves_each_block_with_the_rest_as_it_is():
    y = others(2)
    x = np.array([[0.5, -1.0], [1.0, 1.0], [2.0, 0.0]], np.float32)

    improve(x, y, CONFIDENCE, 0.5, PENALTY, block=1)

    # The third user rated the third movie only: coordinate descent by hand.
    a = 3 * y[2, 0] / (3 * y[2, 0] ** 2 + 0.5 * (y[:, 0] ** 2).sum() + 1)
    b = (3 * (1 - a * y[2, 0]) * y[2, 1] - 0.5 * a * (y[:, 0] @ y[:, 1])) / (
        3 * y[2, 1] ** 2 + 0.5 * (y[:, 1] ** 2).sum() + 1
    )
    np.testing.assert_allclose(x[2], [a, b], rtol=1e-4)


def test_a_row_that_knows_nothing_becomes_zero():
    x = np.ones((3, 2), np.float32)

    improve(x, others(2), CONFIDENCE, 0.5, PENALTY)

    assert x[1].tolist() == [0, 0]


def test_where_there_is_no_row_to_solve_for_the_others_stay_as_they_are():
    nobody, y = np.empty((0, 2), np.float32), others(2)

    improve(nobody, y, sparse.csr_array((0, 4), dtype=np.float32), 0.5, np.empty(0, np.float32))

    np.testing.assert_array_equal(y, others(2))
