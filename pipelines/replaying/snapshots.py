"""Tables of a past night: their files hashed anew, and the features built again from the raw ones."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

from pyspark.sql import SparkSession

from infra.errors import MarqueeError
from infra.stores.content_hashes import measure, readable
from infra.stores.lake import Lake
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES, Layer, Table
from pipelines import build_features
from pipelines.replaying.comparison import NOT_KEPT, Comparison, compare, in_words


def replay_files(
    snapshot: Snapshot, layer: Layer, recorded: Mapping[str, str], spark: SparkSession
) -> Iterator[Comparison]:
    """Hash every table of a snapshot from its files; `recorded` is what was made of them, by table."""

    def hash_of(table: Table) -> str:
        return measure(snapshot.read(table, spark), table).content_hash

    for table in layer.tables:
        yield compare(f"{layer.name} files", table.name, recorded.get(table.name), partial(hash_of, table))


def replay_features(
    raw: Snapshot,
    lake: Lake,
    recorded: Mapping[str, str],
    spark: SparkSession,
    scratch: Path,
    deleted_users: Sequence[int],
) -> Iterator[Comparison]:
    """Build the features of a raw snapshot in the folder `scratch`."""
    into = Lake(str(scratch / "lake"))
    try:
        with readable("the raw tables"), redirect_stdout(None):  # what it says is of a night, not of its replay
            run = build_features.run(raw.snapshot_date, lake, spark, scratch / "data_docs", deleted_users, into)
        built = run.hashes
    except MarqueeError as error:
        built = {table.name: in_words(error) for table in FEATURES.tables}
    for table in FEATURES.tables:
        yield Comparison("features built", table.name, recorded.get(table.name, NOT_KEPT), built[table.name])
