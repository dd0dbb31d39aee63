"""Make a past night a second time, and say at which step it comes out differently."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from pyspark.sql import SparkSession

from infra.errors import NightDiffers, NoGeneration
from infra.revision import git_commit, lock_hash
from infra.settings import get_settings
from infra.spark import create_session
from infra.stores.generation_records import GenerationRecord, Inputs, read_generation
from infra.stores.lake import Lake
from infra.stores.mongodb import read_once
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, ModelRegistry
from infra.tables import FEATURES, RAW
from pipelines.build_features import deleted_users
from pipelines.publication.tonight import Publication, read_tonight
from pipelines.replaying.comparison import HEADINGS, Comparison, compare
from pipelines.replaying.lists import hash_of_lists
from pipelines.replaying.models import replay_model
from pipelines.replaying.snapshots import replay_features, replay_files


@dataclass(frozen=True)
class Place:
    """Where a night is kept, and where it is made again: `scratch` is a folder to be thrown away."""

    lake: Lake
    registry: ModelRegistry
    spark: SparkSession
    scratch: Path


def run(
    generation: GenerationRecord, inputs: Inputs, place: Place, deleted_users: Sequence[int] = ()
) -> Iterator[Comparison]:
    """Yield what was recorded of each part of a night beside what it comes out as now; the stores stay as they are.

    What `deleted_users` did is left out of the features, as it was for those who were deleted before the night. Raises
    SnapshotMissing, ModelRefused or ServerUnreachable where there is nothing to start from.
    """
    day, of_snapshot = date.fromisoformat(generation.snapshot_date), inputs.snapshot.tables
    raw, features = place.lake.open(RAW, day), place.lake.open(FEATURES, day)
    yield compare("code", "requirements.lock", inputs.requirements, lock_hash)
    yield from replay_files(raw, RAW, features.manifest.inputs, place.spark)
    yield from replay_files(features, FEATURES, of_snapshot, place.spark)
    yield from replay_features(raw, place.lake, of_snapshot, place.spark, place.scratch, deleted_users)
    roles = RECOMMENDER, SIMILAR_MOVIES
    recommender, similar_movies = (place.registry.load(role, inputs.models[role].version) for role in roles)
    yield from replay_model(RECOMMENDER, recommender, place.registry, place.lake)
    yield from replay_model(SIMILAR_MOVIES, similar_movies, place.registry, place.lake)
    tonight = read_tonight(Publication(features, recommender, similar_movies, inputs.n), asdict(inputs))
    yield compare("lists", "of users and movies", generation.lists_hash, partial(hash_of_lists, tonight))


def main(snapshot_date: str | None = None) -> None:
    """Replay the newest generation of a date such as 2026-11-20, or of all, from the configured stores.

    Raises NightDiffers when anything comes out differently, and NoGeneration when there is nothing to replay.
    """
    settings = get_settings()
    read = partial(read_generation, snapshot_date=snapshot_date)
    generation = read_once(settings.mongodb.address, settings.mongodb.database, read)
    if generation.inputs is None:
        raise NoGeneration(
            f"what generation {generation.id} was made from was not kept: only a newer one can be replayed"
        )
    lake = Lake(settings.lake.root)
    deleted = deleted_users(lake.open(RAW, date.fromisoformat(generation.snapshot_date)), settings.mongodb)
    spark = create_session("replay", settings.spark.master, settings.spark.driver_memory_mb)
    print(f"generation {generation.id}, made by commit {generation.git_commit}; this is commit {git_commit()}")
    with TemporaryDirectory() as scratch:
        place = Place(lake, ModelRegistry(settings.mlflow.address), spark, Path(scratch))
        judge(tell(run(generation, generation.inputs, place, deleted)))


def tell(comparisons: Iterator[Comparison]) -> Iterator[Comparison]:
    """Pass comparisons on, printing each as a row of a table as soon as it is there."""
    print(HEADINGS)
    for comparison in comparisons:
        print(comparison.as_line(), flush=True)
        yield comparison


def judge(comparisons: Iterator[Comparison]) -> None:
    """Raise NightDiffers unless everything agrees; the first step that does not is the first suspect."""
    differing = [comparison for comparison in comparisons if not comparison.agrees]
    if differing:
        first, *others = (f"{each.step}, {each.part}" for each in differing)
        more = f"; so do {len(others)} parts behind it" if others else ""
        raise NightDiffers(f"the night does not come out the same: look first at {first}, which differs{more}")
    print("the night comes out the same")
