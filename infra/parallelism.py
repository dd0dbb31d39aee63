"""How much this machine does side by side."""

import os
from pathlib import Path

MEMORY_PER_MODEL = 6 * 2**30
"""What fitting one model takes at the size of MovieLens 32M, the ratings included."""


def models_at_once() -> int:
    """Return how many models to train at a time: one for each core, unless memory allows fewer; at least one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(os.cpu_count() or 1, memory // MEMORY_PER_MODEL))


def free_memory() -> int:
    """Return how many bytes this process can still take without others being pushed out, as Linux says.

    Elsewhere, half of what the machine has.
    """
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    kilobytes = dict(line.split()[:2] for line in meminfo.read_text().splitlines())
    return 1024 * int(kilobytes["MemAvailable:"])
