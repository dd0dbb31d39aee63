"""How much this machine does side by side."""

import os

MEMORY_PER_MODEL = 6 * 2**30
"""What fitting one model takes at the size of MovieLens 32M, the ratings included."""


def models_at_once() -> int:
    """Return how many models to train at a time: one for each core, unless memory allows fewer; at least one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(os.cpu_count() or 1, memory // MEMORY_PER_MODEL))
