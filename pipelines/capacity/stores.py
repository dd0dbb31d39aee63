"""How large the stores become."""

from pipelines.capacity.growth import ETL, PUBLISH
from pipelines.capacity.runs import Cost
from pipelines.capacity.workload import Workload

GENERATIONS = 4
"""Three that were published are kept, and one is being built."""

BYTES_PER_CACHED_PLACE, BYTES_PER_KEY = 30, 200
"""A place of a list in Redis, as JSON, and what Redis keeps of every key; estimated, not measured."""

SECONDS_CACHED = 300


def store_sizes(workload: Workload, costs: dict[str, Cost], rate: float) -> dict[str, float]:
    """Return bytes by store, when all of `rate` requests a second are of different users."""
    cached_lists = min(workload.users, rate * SECONDS_CACHED)
    return {
        "lake, each night": costs[ETL].disk_bytes,
        f"MongoDB, {GENERATIONS} generations": GENERATIONS * costs[PUBLISH].disk_bytes,
        "Redis": cached_lists * (workload.n * BYTES_PER_CACHED_PLACE + BYTES_PER_KEY),
    }
