"""What is said of many calls."""

from collections.abc import Mapping, Sequence

import numpy as np

PERCENTILES = (50, 95, 99)


def pace(seconds: Sequence[float], all_seconds: float) -> str:
    """Return the rate of calls that took so long each, and all together, with percentiles in milliseconds."""
    slowest = np.percentile(seconds, PERCENTILES) * 1e3 if seconds else [float("nan")] * len(PERCENTILES)
    told = ", ".join(f"p{each} {took:.1f} ms" for each, took in zip(PERCENTILES, slowest, strict=True))
    return f"{len(seconds):,} calls in {all_seconds:.1f} s, {len(seconds) / all_seconds:.1f} a second; {told}"


def shares(counts: Mapping[str, int]) -> str:
    """Return every count with its name, the largest first."""
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counts.items(), key=lambda count: (-count[1], count[0])))
