"""How the cost of each stage grows with the size of a night, learned from nights that were run."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import nnls

from pipelines.capacity.runs import Cost, Run
from pipelines.capacity.workload import (
    ONCE,
    PER_BYTE_PUBLISHED,
    PER_INTERACTION,
    PER_PLACE,
    PER_SCORE,
    Workload,
    amounts,
)

ETL, TRAIN, PUBLISH = "etl", "train", "publish"

DRIVERS: dict[str, dict[str, tuple[str, ...]]] = {
    ETL: {
        "processor_seconds": (ONCE, PER_INTERACTION),
        "peak_memory_bytes": (ONCE, PER_INTERACTION),
        "disk_bytes": (PER_INTERACTION,),
    },
    TRAIN: {
        "processor_seconds": (ONCE, PER_SCORE, PER_INTERACTION),
        "peak_memory_bytes": (ONCE, PER_SCORE, PER_INTERACTION),
        "disk_bytes": (ONCE, PER_INTERACTION),
    },
    PUBLISH: {
        "processor_seconds": (PER_SCORE, ONCE, PER_PLACE),
        "peak_memory_bytes": (ONCE, PER_BYTE_PUBLISHED),
        "disk_bytes": (PER_PLACE,),
    },
}
"""What each figure of each stage grows with, the most with the last; one run can only tell of one."""

BYTES_BESIDE_HEAP = 10**9
"""What the ETL takes beside the JVM's heap: its Python (0.6 GB at 16 million ratings), compiled code and such."""


def predict(stage: str, workload: Workload, runs: Sequence[Run]) -> Cost:
    """Return what a stage will cost, as far as it grows as it did between the runs that have it."""
    runs = having(stage, runs)
    return Cost(*(_predict(stage, figure, workload, runs) for figure in Cost._fields))


def within_heap(etl: Cost, heap_mb: int) -> Cost:
    """Return what the ETL costs when the JVM has a heap of so many MiB: it spills to disk before it takes more."""
    return etl._replace(peak_memory_bytes=min(etl.peak_memory_bytes, heap_mb * 2**20 + BYTES_BESIDE_HEAP))


def having(stage: str, runs: Sequence[Run]) -> list[Run]:
    """Return the runs in which a stage was measured."""
    return [run for run in runs if stage in run.stages]


def _predict(stage: str, figure: str, workload: Workload, runs: Sequence[Run]) -> float:
    """Return the figure: a sum of what it grows with, none of which makes it smaller.

    The weights minimise the sum of squares of relative errors, so that a small run tells as much as a large one.
    """
    drivers = DRIVERS[stage][figure][-len(runs) :]
    measured = np.array([getattr(run.stages[stage], figure) for run in runs])
    grown = np.array([_of(run.workload, drivers) for run in runs])
    scale = grown.max(axis=0)
    weights, _ = nnls(grown / scale / measured[:, None], np.ones(len(runs)))
    return float(_of(workload, drivers) / scale @ weights)


def times_beyond(workload: Workload, runs: Sequence[Run]) -> dict[str, float]:
    """Return by how many times the workload exceeds the largest run in each of `amounts`, where it does."""
    largest = {name: max(amounts(run.workload)[name] for run in runs) for name in amounts(workload)}
    times = {name: amount / largest[name] for name, amount in amounts(workload).items()}
    return {name: beyond for name, beyond in times.items() if beyond > 1}


def _of(workload: Workload, drivers: Sequence[str]) -> np.ndarray:
    return np.array([amounts(workload)[name] for name in drivers], float)
