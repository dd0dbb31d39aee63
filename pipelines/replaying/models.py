"""Models of a past night: what they had learned, and what they learn from the same ratings now."""

from collections.abc import Iterator
from datetime import date

from infra.errors import SnapshotMissing
from infra.stores.array_hashes import hash_arrays
from infra.stores.lake import Lake
from infra.stores.registry import ModelRegistry, StoredModel
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES, MOVIES, RATINGS, TAGS
from pipelines.feature_arrays import read_ratings
from pipelines.replaying.comparison import Comparison, compare
from pipelines.training.contestants import Contestant
from pipelines.training.training_set import read_movies, read_tags


def replay_model(
    registered_name: str, stored: StoredModel, registry: ModelRegistry, lake: Lake
) -> Iterator[Comparison]:
    """Hash what a version learned, then fit it again with its parameters and its seed on what it learned from."""
    part = f"{stored.name} version {stored.version}"
    learned, registered = hash_arrays(stored.arrays), registry.arrays_hash(registered_name, stored.version)

    def fitted_again() -> str:
        snapshot = learned_from(stored, registry, lake)
        model = Contestant(registered_name, stored.name, stored.parameters).build()
        model.fit(read_ratings(snapshot), read_movies(snapshot).described(read_tags(snapshot)))
        return hash_arrays(model.arrays())

    yield compare("model files", part, registered, lambda: learned)
    yield compare("model fitted", part, learned, fitted_again)


def learned_from(stored: StoredModel, registry: ModelRegistry, lake: Lake) -> Snapshot:
    """Return the snapshot that a version learned from; raises SnapshotMissing when it is another one by now."""
    snapshot, recorded = lake.open(FEATURES, date.fromisoformat(stored.snapshot_date)), registry.manifest(stored).hashes
    tables = (table.name for table in (RATINGS, MOVIES, TAGS))
    replaced = [name for name in tables if snapshot.manifest.hashes.get(name) != recorded.get(name)]
    if replaced:
        raise SnapshotMissing(f"the features of {stored.snapshot_date} were replaced since: {', '.join(replaced)}")
    return snapshot
