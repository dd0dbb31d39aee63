"""Twenty people of two tastes, each of whom missed one movie of their own."""

import numpy as np

USERS, MOVIES = np.arange(20), np.arange(20)
MISSED = [u // 10 * 10 + (u - 3) % 10 for u in USERS]


def two_tastes(stars):
    """Users 0 to 9 rate movies 0 to 9, users 10 to 19 the others; each leaves one movie of their taste out."""
    pairs = [(u, m) for u in USERS for m in MOVIES if u // 10 == m // 10 and (u - m) % 10 != 3]
    return [(int(u), int(m), stars(i)) for i, (u, m) in enumerate(pairs)]
