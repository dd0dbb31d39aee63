"""Runs of users or movies that are made one at a time, so that only their lists are in memory."""

from collections.abc import Iterable
from itertools import pairwise

from infra.stores.generation_layout import Content
from infra.stores.ledger import Shard

SHARD_SIZE = 10_000
"""Lists in a shard: enough for matrix products at full speed, few enough that little is lost with one."""

BYTES_PER_LISTED_MOVIE = 250
"""What a place in a list takes at the peak of making it: as arrays of the model, filled up, checked and encoded."""

MEMORY_SHARE = 0.5
"""How much of the memory that is free may be taken by lists."""


def missing_shards(content: Content, n_rows: int, made: Iterable[Shard], size: int) -> list[Shard]:
    """Return shards of at most `size` rows that cover what those `made` leave open of `n_rows`, in order."""
    done = sorted((shard.first, shard.stop) for shard in made if shard.content == content)
    gaps = ((before[1], after[0]) for before, after in pairwise([(0, 0), *done, (n_rows, n_rows)]))
    return [
        Shard(content, first, min(first + size, stop)) for start, stop in gaps for first in range(start, stop, size)
    ]


def fitting_size(n: int, n_workers: int, free_bytes: int) -> int:
    """Return how many lists of `n` a shard may have so that one per worker fits in memory: SHARD_SIZE or fewer."""
    size = int(MEMORY_SHARE * free_bytes / (n_workers * n * BYTES_PER_LISTED_MOVIE))
    if size < SHARD_SIZE:
        print(f"{free_bytes / 1e6:,.0f} MB are free, so shards have {max(size, 1):,} lists instead of {SHARD_SIZE:,}")
    return max(1, min(SHARD_SIZE, size))
