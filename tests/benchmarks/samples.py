"""Generated datasets, from a million ratings to MovieLens-32M's size; made once, and kept."""

from pathlib import Path

from pipelines.sample import write_sample

FOLDER = Path("var/bench/samples")
SIZES = {
    "1m": (6_250, 2_720, 1_000_000),
    "4m": (25_000, 10_900, 4_000_000),
    "16m": (100_000, 43_800, 16_000_000),
    "32m": (200_948, 87_585, 32_000_204),
}
"""Users, movies and ratings of each."""


def sample(size):
    """Return the folder of a size."""
    folder = FOLDER / size
    if not folder.exists():
        write_sample(folder, *SIZES[size], seed=42)
    return folder
