"""What the stages of a publication took, for those who plan the next."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypedDict

from infra.meter import peak_memory
from infra.stores.ledger import ShardRecord


class Actual(TypedDict):
    """Seconds of work (of all workers together), rows worked on, and the most memory a process has had so far."""

    seconds: float
    rows: int
    peak_memory_bytes: int


@contextmanager
def measured(stage: str, rows: int, actuals: dict[str, Actual]) -> Iterator[None]:
    """Note in `actuals` what the block took."""
    began = time.perf_counter()
    yield
    actuals[stage] = Actual(seconds=time.perf_counter() - began, rows=rows, peak_memory_bytes=peak_memory())


def of_shards(records: Sequence[ShardRecord]) -> Actual:
    """Return what shards took together, of earlier attempts too."""
    return Actual(
        seconds=sum(record.seconds for record in records),
        rows=sum(record.stop - record.first for record in records),
        peak_memory_bytes=max((record.peak_memory_bytes for record in records), default=0),
    )
