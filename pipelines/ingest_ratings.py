"""Land one MovieLens archive and what users did in the lake: usable rows as raw tables, the others in quarantine."""

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pyspark.sql import SparkSession

from infra.errors import ServerUnreachable
from infra.settings import DataSettings, Settings, get_settings
from infra.spark import create_session
from infra.stores.archives import ArchiveStore
from infra.stores.lake import Lake
from infra.stores.manifest import Manifest
from infra.tables import RAW
from pipelines import expectations
from pipelines.archive_folder import file_hashes, read_archive
from pipelines.exported_actions import SOURCE, action_hashes, export_actions, read_actions
from pipelines.landing import Landed, land, require_every_row
from pipelines.sample import write_sample

SAMPLE = "sample"


def run(
    snapshot_date: date,
    lake: Lake,
    spark: SparkSession,
    archive_folder: Path,
    actions_folder: Path,
    docs_dir: Path,
) -> Manifest:
    """Land, check and commit the raw tables of one snapshot; running it again replaces that snapshot.

    Killed anywhere before the commit, the previous snapshot stays in force. A folder's name is the `source` of its
    rows; the one of actions need not exist. Raises ArchiveBroken when the folder holds no MovieLens archive, and
    ExpectationFailed when a table does not satisfy its expectations, one of which is the share of its rows that were
    refused.
    """
    folder = archive_folder.resolve()
    hashes = {**file_hashes(folder, snapshot_date), **action_hashes(actions_folder)}
    attempt = lake.begin(RAW, snapshot_date)
    archive = read_archive(spark, folder, snapshot_date)
    actions = read_actions(spark, actions_folder, snapshot_date, movies=archive[0])
    accounts, known = [], {}
    for landed in land([*archive, actions], attempt, spark):
        print_account(landed, attempt.location(landed.table))
        accounts.append(require_every_row(landed))
        known[landed.table] = landed.figures
    tables = {table: attempt.read(table, spark) for table in RAW.tables}
    return attempt.commit(hashes, [*accounts, *expectations.check(RAW, tables, docs_dir, known)])


def print_account(landed: Landed, location: str) -> None:
    """Say how many rows of a file were read, refused and written, and where."""
    n_refused = sum(landed.n_refused.values())
    counts = f"{landed.n_read:>12,} read {n_refused:>10,} refused {landed.n_written:>12,} written"
    print(f"{landed.table.name:<12}{counts} to {location}")
    for reason, n_rows in landed.n_refused.items():
        print(f"{n_rows:>40,} {reason}", flush=True)


def main(snapshot_date: str | None = None, dataset: str | None = None, needs_mongodb: bool = True) -> str:
    """Land a dataset (the configured one, by default) in the configured lake, and return the snapshot's date.

    The date, such as 2026-11-20, is today's (UTC) by default. A dataset is one of `infra.stores.archives.DATASETS`, the
    path of a zip or folder, or `sample`, which is generated, and only when asked for by name. What users did comes from
    the configured MongoDB. When that does not answer, this raises ServerUnreachable, or says so and goes on without.
    """
    settings = get_settings()
    day = date.fromisoformat(snapshot_date) if snapshot_date else datetime.now(UTC).date()
    folder = unpacked(dataset or settings.data.dataset, settings)
    with TemporaryDirectory() as scratch:
        actions = Path(scratch) / SOURCE
        try:
            export_actions(settings.mongodb, actions, day)
        except ServerUnreachable as error:
            if needs_mongodb:
                raise
            print(f"{error}\nThis snapshot is made WITHOUT what users did, from the archive alone.", flush=True)
        spark = create_session(
            "ingest_ratings", settings.spark.master, settings.spark.driver_memory_mb, size_of(folder)
        )
        run(day, Lake(settings.lake.root), spark, folder, actions, settings.lake.data_docs_dir)
    return str(day)


def size_of(folder: Path) -> int:
    """Return the bytes of the files of a folder."""
    return sum(path.stat().st_size for path in folder.iterdir())


def unpacked(dataset: str, settings: Settings) -> Path:
    """Return a folder with the files of a dataset."""
    if dataset == SAMPLE:
        return generated(settings.data, settings.seed, settings.local.state_dir / "samples")
    archives = ArchiveStore(settings.data.archive_dir, settings.data.download_url)
    return archives.extract(archives.fetch(dataset), settings.local.state_dir / "unpacked")


def generated(sizes: DataSettings, seed: int, home: Path) -> Path:
    """Return the folder of a generated dataset, which is made once for the same sizes and seed."""
    n_users, n_movies, n_ratings = sizes.sample_users, sizes.sample_movies, sizes.sample_ratings
    folder = home / f"sample-{n_users}-users-{n_movies}-movies-{n_ratings}-ratings-seed-{seed}"
    if not folder.exists():
        draft = folder.with_suffix(".part")
        write_sample(draft, n_users, n_movies, n_ratings, seed)
        draft.rename(folder)
    return folder
