"""Least squares for the factors of every user, or of every movie, a block of factors at a time; compiled.

The method is iALS++ (Rendle, Krichene, Zhang and Koren 2021, "Speeding up matrix factorization with subspace
optimization"). What is compiled is kept beside this file, or in the user's cache folder where that cannot be written.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]

BLOCK = 8
"""So many factors are solved for at once; larger blocks cost more than they gain."""
LANES = 16
"""Rows are padded to a multiple of what a processor handles at once, as a remainder would be handled one by one."""


def improve(
    factors: Floats,
    others: Floats,
    confidence: sparse.csr_array,
    unobserved_weight: float,
    penalty: Floats,
    block: int = BLOCK,
) -> None:
    """Lower the loss of each row x of `factors` (n_rows, n_factors), in place.

    The loss sums confidence * (1 - x . y)^2 over the rows y of `others` (n_others, n_factors) that x's row of
    `confidence` (n_rows, n_others) stores, unobserved_weight * (x . y)^2 over all y, and penalty * |x|^2, `penalty`
    (n_rows) being positive. One block of factors after the other takes its best value, the rest of x fixed; a block of
    all factors gives the minimum. A row without confidence becomes zero. Each row is solved alone, so the result does
    not depend on the number of threads here; it does on those of BLAS.
    """
    n_threads = os.cpu_count() or 1
    gramian = np.float32(unobserved_weight) * (others.T @ others)
    starts, columns = confidence.indptr.astype(np.int32), confidence.indices.astype(np.int32)
    rated = starts, columns, confidence.data, int(np.diff(starts).max(initial=0))

    def take_share(first: int) -> None:
        _improve_rows(factors, others, gramian, *rated, penalty, block, first, n_threads)

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(take_share, range(n_threads)))


@njit(nogil=True, fastmath=True, error_model="numpy", cache=True)
def _improve_rows(
    factors: Floats,
    others: Floats,
    gramian: Floats,
    starts: Integers,
    columns: Integers,
    confidence: Floats,
    longest: int,
    penalty: Floats,
    block: int,
    first: int,
    step: int,
) -> None:
    """Improve the rows `first`, `first` + `step`, and so on; none has more than `longest` confidences."""
    buffers = np.empty((2, block * (longest + LANES)), np.float32)
    error_buffer = np.empty(longest + LANES, np.float32)
    hessian, change = np.empty((block, block), np.float32), np.empty(block, np.float32)
    for row in range(first, len(factors), step):
        x, seen = factors[row], columns[starts[row] : starts[row + 1]]
        if not len(seen):
            x[:] = 0
            continue
        n = len(seen) + -len(seen) % LANES
        error = error_buffer[:n]
        error[len(seen) :] = 0
        for k in range(len(seen)):
            error[k] = _dot(x, others[seen[k]]) - 1
        for start in range(0, len(x), block):
            size = min(block, len(x) - start)
            near = buffers[0, : size * n].reshape(size, n)
            weighted = buffers[1, : size * n].reshape(size, n)
            _gather(near, weighted, others, seen, confidence[starts[row] : starts[row + 1]], start)
            _minimise(x, start, near, weighted, error, gramian, penalty[row], hessian, change)


@njit(nogil=True, fastmath=True, error_model="numpy")
def _gather(near: Floats, weighted: Floats, others: Floats, seen: Integers, confidence: Floats, start: int) -> None:
    """Fill `near` (size, n) with the block of the rows `seen`, `weighted` with the same times their confidence."""
    for k in range(len(seen)):
        for i in range(len(near)):
            near[i, k] = others[seen[k], start + i]
            weighted[i, k] = near[i, k] * confidence[k]
    near[:, len(seen) :] = 0
    weighted[:, len(seen) :] = 0


@njit(nogil=True, fastmath=True, error_model="numpy")
def _minimise(
    x: Floats,
    start: int,
    near: Floats,
    weighted: Floats,
    error: Floats,
    gramian: Floats,
    penalty: np.float32,
    hessian: Floats,
    change: Floats,
) -> None:
    """Move the block of `x` to its best value, and `error` (n) with it; `hessian` and `change` are room to work in."""
    size = len(near)
    for i in range(size):
        for j in range(i + 1):
            hessian[i, j] = gramian[start + i, start + j] + _dot(weighted[i], near[j])
        hessian[i, i] += penalty
        change[i] = -_dot(gramian[start + i], x) - _dot(weighted[i], error) - penalty * x[start + i]
    _solve(hessian, change[:size])
    for i in range(size):
        x[start + i] += change[i]
        for k in range(len(error)):
            error[k] += change[i] * near[i, k]


@njit(nogil=True, fastmath=True, error_model="numpy")
def _dot(a: Floats, b: Floats) -> np.float32:
    total = np.float32(0)
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


@njit(nogil=True, fastmath=True, error_model="numpy")
def _solve(matrix: Floats, vector: Floats) -> None:
    """Turn `vector` into the solution, by Cholesky's method; only the lower half of `matrix` is read, and spoilt."""
    for i in range(len(vector)):
        for j in range(i):
            matrix[i, j] = (matrix[i, j] - _dot(matrix[i, :j], matrix[j, :j])) * matrix[j, j]
        matrix[i, i] = 1 / np.sqrt(matrix[i, i] - _dot(matrix[i, :i], matrix[i, :i]))
        vector[i] = (vector[i] - _dot(matrix[i, :i], vector[:i])) * matrix[i, i]
    for i in range(len(vector) - 1, -1, -1):
        vector[i] *= matrix[i, i]
        for k in range(i):
            vector[k] -= matrix[i, k] * vector[i]
