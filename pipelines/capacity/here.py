"""What the newest stages of this installation took, beside what is foretold for their size."""

from infra.errors import SnapshotMissing
from infra.stores.generation_layout import MAKERS
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from infra.tables import FEATURES, MOVIES, RAW, RAW_RATINGS, USER_FEATURES
from pipelines.capacity.growth import ETL, PUBLISH
from pipelines.capacity.runs import Cost, Run
from pipelines.capacity.workload import Workload

NOT_KNOWN = 0.0
"""In place of a figure that cannot be compared."""


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


def newest_publication(store: GenerationStore) -> Run | None:
    """Return the publication in force as a run.

    None unless one process of this machine computed all of it: where lists were kept from the generation before, or an
    attempt went on with an earlier one's, it took less than the size of the night says. Its memory is not known: in a
    night that is one process, what the stages before it took and did not give back is in it.
    """
    if not (generation := store.in_force()):
        return None
    known = store.document(generation)
    is_measured = known.get("n_attempts") == 1 and "processor_seconds" in known
    if not is_measured or any(lists["n_kept"] for lists in known["saved"].values()):
        return None
    actuals = known["actuals"]
    n_users, n_movies = (actuals[content]["rows"] for content in MAKERS)
    cost = Cost(known["processor_seconds"], NOT_KNOWN, store.contents(generation).size())
    return Run(Workload(n_users, n_movies, actuals["read"]["rows"], known["inputs"]["n"]), {PUBLISH: cost})


def corrected(foretold: Cost, taken: Cost, foretold_of_taken: Cost, of_nothing: Cost) -> Cost:
    """Return what is foretold, nearly as many times as much as what was taken is of what had been foretold of that.

    How far that was off counts by the share that grows: in a small night most is what a night of nothing costs too.
    """
    figures = zip(foretold, taken, foretold_of_taken, of_nothing, strict=True)
    return Cost(*(_corrected(*figure) for figure in figures))


def _corrected(foretold: float, taken: float, foretold_of_taken: float, of_nothing: float) -> float:
    if taken == NOT_KNOWN:
        return foretold
    return foretold * (1 + (1 - of_nothing / foretold_of_taken) * (taken / foretold_of_taken - 1))
