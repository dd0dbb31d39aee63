"""Compute a list for every user and every movie, check them, and put them all in force at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from infra.meter import Meter
from infra.settings import SparkSettings, get_settings
from infra.spark import create_session, is_cluster
from infra.stores.generation_layout import MAKERS, Content
from infra.stores.generations import GenerationStore
from infra.stores.manifest import Check
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, ModelRegistry
from infra.stores.snapshot import Snapshot
from infra.tables import MOVIES, RATINGS, USER_FEATURES
from pipelines.configured import open_features
from pipelines.publication.actuals import Actual, measured
from pipelines.publication.catalogue import write_catalogue
from pipelines.publication.checks import check_counts, check_faults, check_learned
from pipelines.publication.cluster import make_shards_on_cluster
from pipelines.publication.gate import judge
from pipelines.publication.generation_figures import GenerationFigures
from pipelines.publication.local import MakeShards, make_shards_here
from pipelines.publication.making import describe, make_missing
from pipelines.publication.report import leave_report
from pipelines.publication.tonight import Publication, Tonight, read_tonight


def run(
    publication: Publication,
    store: GenerationStore,
    began_at: datetime,
    docs_dir: Path,
    accept: str | None = None,
    make_shards: MakeShards = make_shards_here,
) -> str:
    """Put new lists in force, and return the generation's id.

    Users who deleted their account since the snapshot was made get none. Killed anywhere, it leaves the generation in
    force as it was; running it again goes on where it was killed, or begins anew when there is another snapshot, model
    or version of the code.

    Lists that are wrong, or unlike last night's beyond the limits of the gate, are refused with GenerationRefused, and
    a page in `docs_dir` shows why; `accept` is a person's reason to publish them though they are unlike.
    """
    snapshot, recommender, meter = publication.snapshot, publication.recommender, Meter()
    generation = store.begin(snapshot.snapshot_date, publication.versions, began_at, publication.inputs)
    print(f"generation {generation}: {recommender.name} version {recommender.version} on {snapshot.snapshot_date}")
    tonight, figures, expected = make(publication, store, generation, make_shards)
    if make_shards is make_shards_here:  # of a cluster's work this machine knows only its own
        store.describe(generation, {"processor_seconds": meter.took().processor_seconds})
    counts, deleted = store.contents(generation).count_without_deleted()
    checks = check(publication, figures, counts, expected | expected_lists(snapshot, tonight, deleted))
    last_night = last_nights_figures(store, generation)
    comparisons = judge(figures, last_night)
    report = leave_report(generation, [*checks, *comparisons], figures, last_night, snapshot, docs_dir)
    store.publish(generation, counts, checks, comparisons, accept, report)
    print(f"generation {generation} is in force: " + ", ".join(f"{counts[name]:,} {name}" for name in counts))
    return generation


def make(
    publication: Publication, store: GenerationStore, generation: str, make_shards: MakeShards
) -> tuple[Tonight, GenerationFigures, dict[str, int]]:
    """Write what is missing of a generation, and note in its document what it adds up to.

    Return what lists were made from, the figures of all of them, and how many documents there must be beside them.
    """
    snapshot = publication.snapshot
    took: dict[str, Actual] = {}
    with measured("catalogue", snapshot.record(MOVIES).n_rows, took):
        expected = write_catalogue(snapshot, store.contents(generation), publication.n)
    with measured("read", snapshot.record(RATINGS).n_rows, took):
        tonight = read_tonight(publication, publication.inputs)
    records = make_missing(tonight, store, generation, make_shards)
    figures = GenerationFigures.of_shards(publication.versions, tonight.ratings, records)
    describe(records, figures, took, store, generation)
    return tonight, figures, expected


def expected_lists(snapshot: Snapshot, tonight: Tonight, deleted_users: Sequence[int]) -> dict[str, int]:
    """Return how many lists there must be of users, but for the deleted ones, and of movies."""
    n_deleted = int(np.isin(tonight.ids(Content.USER_LISTS), deleted_users).sum())
    return {
        Content.USER_LISTS: snapshot.record(USER_FEATURES).n_rows - n_deleted,
        Content.MOVIE_LISTS: snapshot.record(MOVIES).n_rows,
    }


def last_nights_figures(store: GenerationStore, generation: str) -> GenerationFigures | None:
    """Return the figures of the generation whose lists this one was made beside."""
    last = store.document(generation)["carry_over"]["last"]
    return GenerationFigures.of_generation(store.document(last)) if last else None


def check(
    publication: Publication,
    figures: GenerationFigures,
    counts: Mapping[str, int],
    expected: Mapping[str, int],
) -> list[Check]:
    """Judge what models learned, what was computed and, by `counts` of its documents, what was written."""
    faults = [check for lists in MAKERS for check in check_faults(lists, figures.lists[lists].faults)]
    learned = [check_learned(model.name, model.arrays) for model in publication.models.values()]
    return [*faults, *check_counts(counts, expected), *learned]


def main(snapshot_date: str | None = None, accept: str | None = None) -> str:
    """Publish from the feature snapshot of a date such as 2026-11-20, or the newest, and return its date.

    The models are the champions of the configured registry. `accept` says why lists that are unlike last night's are
    meant; without it, they are held.
    """
    settings = get_settings()
    snapshot = open_features(settings, snapshot_date)
    registry = ModelRegistry(settings.mlflow.address)
    publication = Publication(snapshot, registry.champion(RECOMMENDER), registry.champion(SIMILAR_MOVIES))
    with GenerationStore(settings.mongodb.address, settings.mongodb.database) as store:
        make_shards = where_configured(settings.spark)
        run(publication, store, datetime.now(UTC), settings.lake.data_docs_dir, accept or None, make_shards)
    return str(snapshot.snapshot_date)


def where_configured(spark: SparkSettings) -> MakeShards:
    """Return what makes shards: this machine, or a cluster when the master's address is that of one."""
    if not is_cluster(spark.master):
        return make_shards_here
    session = create_session("publish_recommendations", spark.master, spark.driver_memory_mb)
    return partial(make_shards_on_cluster, session)
