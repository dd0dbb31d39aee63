"""What the newest ETL of this installation took, beside what is foretold for its size."""

from infra.errors import SnapshotMissing
from infra.stores.lake import Lake
from infra.tables import FEATURES, MOVIES, RAW, RAW_RATINGS, USER_FEATURES
from pipelines.capacity.growth import ETL
from pipelines.capacity.runs import Cost, Run
from pipelines.capacity.workload import Workload


def newest_etl(lake: Lake, n: int) -> Run | None:
    """Return the newest snapshot's ETL as a run of a night with lists of `n`; None before one recorded what it took."""
    try:
        features = lake.open(FEATURES)
        raw = lake.open(RAW, features.snapshot_date)
    except SnapshotMissing:
        return None
    landing, building = raw.manifest.took, features.manifest.took
    if not landing or not building:
        return None
    n_users, n_movies = features.record(USER_FEATURES).n_rows, features.record(MOVIES).n_rows
    cost = Cost(
        landing.processor_seconds + building.processor_seconds,
        max(landing.peak_memory_bytes, building.peak_memory_bytes),
        raw.size() + features.size(),
    )
    return Run(Workload(n_users, n_movies, raw.record(RAW_RATINGS).n_rows, n), {ETL: cost})


def corrected(foretold: Cost, taken: Cost, foretold_of_taken: Cost) -> Cost:
    """Return what is foretold, as many times as much as what was taken is of what had been foretold of that."""
    return Cost(*(will * did / said for will, did, said in zip(foretold, taken, foretold_of_taken, strict=True)))
