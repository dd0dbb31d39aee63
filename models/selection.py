"""The best of many scores in each row, by a threshold that rises from block to block; compiled.

A score and its movie travel as one integer key. Ascending order of keys is by falling score, then by rising movie, so
one comparison settles score and tie alike. What is compiled is kept as that of `models.block_solves` is.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Scores = NDArray[np.float32]
Integers = NDArray[np.int32]

EMPTY = np.int64(0x7F800000FFFFFFFF)
"""The key of no movie, position -1, with the score -inf: behind every other."""
LOWEST = np.finfo(np.float32).min  # above -inf, so that a hidden score never passes it
WORD = 8
"""So many scores are dismissed by one look, when none of them reaches the threshold."""
MOST_LISTS = 4
"""A row whose candidates would fill more lists is cut to one, as the widest row sets what sorting all of them costs."""
NEAR = 2**12
"""So many floats apart, which is a difference of 0.05 % at most, two scores make thresholds as good as each other."""


def positions_of(keys: Keys) -> Integers:
    """Return the movies of keys, -1 from an empty one."""
    return keys.astype(np.int32)


def scores_of(keys: Keys) -> Scores:
    """Return the scores of keys, -inf from an empty one."""
    ascending = ~(keys >> 32).astype(np.int32)
    return (ascending ^ ((ascending >> 31) & 0x7FFFFFFF)).view(np.float32)


@njit(nogil=True, error_model="numpy", cache=True)
def hide(scores: Scores, rows: NDArray[np.int64], starts: NDArray[np.int64], places: Integers, first: int) -> None:
    """Make scores -inf that are not to be listed.

    Row i of `scores` (n_rows, n_movies) is of user rows[i], who is not to see places[starts[user] : starts[user + 1]];
    of these, `first` is the first column.
    """
    for row in range(len(rows)):
        user = rows[row]
        for place in places[starts[user] : starts[user + 1]]:
            if first <= place < first + scores.shape[1]:
                scores[row, place - first] = -np.inf


@njit(nogil=True, error_model="numpy", cache=True)
def collect(scores: Scores, movies: Integers, best: Keys, candidates: Keys) -> int:
    """Write each row's keys that may be among its best to the start of its row in `candidates`; return how far.

    Candidates are those of `best` (n_rows, n), best first, and those of finite `scores` (n_rows, n_movies) that precede
    its last; `movies` (n_movies) tells whose the scores are. `candidates` is (n_rows, n + n_movies) at least, and up to
    the returned width shorter rows end in EMPTY. More than the n best are candidates: with scores in no special order
    hardly twice as many, never more than MOST_LISTS times.
    """
    bits = scores.view(np.int32)
    n_rows, n = best.shape
    room = np.empty((2, scores.shape[1] + WORD), np.int32)
    is_high = np.zeros(scores.shape[1] + -scores.shape[1] % WORD, np.bool_)
    maxima = np.empty(2 * n, np.float32)
    lengths = np.empty(n_rows, np.uint64)
    for row in range(n_rows):
        length, last = np.uint64(0), best[row, n - 1]
        for key in best[row]:
            candidates[row, length] = key
            length += np.uint64(key != EMPTY)
        threshold = _float(~(last >> 32)) if last != EMPTY else max(LOWEST, _reached(scores[row], maxima, n))
        for place in _places(scores[row], threshold, is_high, room):
            key = _key(scores[row, place], bits[row, place], movies[place])
            candidates[row, length] = key
            length += np.uint64(key < last)
        if length > MOST_LISTS * n:
            _move_best_first(candidates[row, :length], n)
            length = np.uint64(n)
        lengths[row] = length
    width = max(np.uint64(n), lengths.max())
    for row in range(n_rows):
        for place in range(lengths[row], width):
            candidates[row, place] = EMPTY
    return width


@njit(nogil=True, error_model="numpy")
def _places(scores: Scores, threshold: np.float32, is_high: NDArray[np.bool_], room: Integers) -> Integers:
    """Return the places of scores that reach the threshold.

    There are few. So a word of scores is dismissed by one look, and nothing branches, as no processor would foresee
    the branch; counts are unsigned, as the sign of an index costs a look as well.
    """
    words, places = room
    for place in range(len(scores)):
        is_high[place] = scores[place] >= threshold
    of_words = is_high.view(np.uint64)
    n_words = np.uint64(0)
    for word in range(len(of_words)):
        words[n_words] = word
        n_words += np.uint64(of_words[word] != 0)
    n_places = np.uint64(0)
    for high_word in words[:n_words]:
        for offset in range(WORD):
            high_place = np.uint64(high_word * WORD + offset)
            places[n_places] = high_place
            n_places += np.uint64(is_high[high_place])
    return places[:n_places]


@njit(nogil=True, error_model="numpy")
def _reached(scores: Scores, maxima: Scores, n: int) -> np.float32:
    """Return a score that `n` of the scores reach, and few more: about the n-th largest of the maxima of 2n groups."""
    n_groups = len(maxima)
    if len(scores) < n_groups:
        return LOWEST
    maxima[:] = -np.inf
    for begin in range(0, len(scores) - n_groups + 1, n_groups):
        group_scores = scores[begin : begin + n_groups]
        for group in range(n_groups):
            score, largest = group_scores[group], maxima[group]
            maxima[group] = score if score > largest else largest
    return _nth_largest(maxima.view(np.int32), n)


@njit(nogil=True, error_model="numpy")
def _nth_largest(bits: Integers, n: int) -> np.float32:
    """Return the n-th largest of the floats that have these bits, or hardly less, by halving; spoils `bits`."""
    low, high = np.int64(2**31 - 1), np.int64(-(2**31))
    for place in range(len(bits)):
        bits[place] = _ascending(bits[place])
        low, high = min(low, bits[place]), max(high, bits[place])
    while high - low > NEAR:
        middle = np.int32((low + high) >> 1)
        n_reaching = 0
        for place in range(len(bits)):
            n_reaching += bits[place] >= middle
        if n_reaching >= n:
            low = np.int64(middle)
        else:
            high = np.int64(middle)
    return _float(low)


@njit(nogil=True, error_model="numpy")
def _move_best_first(keys: Keys, n: int) -> None:
    """Move the n least of distinct keys to the start, in no order (Hoare 1961, Algorithm 65: "Find")."""
    first, last = 0, len(keys) - 1
    while first < last:
        pivot, low, high = keys[(first + last) // 2], first, last
        while low <= high:
            while keys[low] < pivot:
                low += 1
            while keys[high] > pivot:
                high -= 1
            if low <= high:
                keys[low], keys[high] = keys[high], keys[low]
                low, high = low + 1, high - 1
        if high < n - 1:
            first = low
        if low >= n:
            last = high


@njit(nogil=True, error_model="numpy")
def _key(score: np.float32, bits: np.int32, movie: np.int32) -> np.int64:
    ascending = np.int64(0) if score == 0 else np.int64(_ascending(bits))  # -0.0 ties with 0.0
    return (~ascending << 32) | np.int64(movie)


@njit(nogil=True, error_model="numpy")
def _float(ascending: np.int64) -> np.float32:
    return np.int32(_ascending(np.int32(ascending))).view(np.float32)


@njit(nogil=True, error_model="numpy")
def _ascending(bits: np.int32) -> np.int32:
    """Return integers that rise as the floats of these bits do; the same turns them back."""
    return np.int32(bits ^ ((bits >> 31) & 0x7FFFFFFF))
