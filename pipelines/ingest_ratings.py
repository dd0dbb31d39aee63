"""Land one MovieLens archive in the lake: rows that can be used as raw tables, the others in quarantine."""

from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from features.archive_rows import landed_rows, refused_rows, usable_movies
from infra.errors import ExpectationFailed
from infra.settings import DataSettings, Settings, get_settings
from infra.spark import create_session
from infra.stores.archives import ArchiveStore
from infra.stores.lake import Lake
from infra.stores.manifest import Check, Manifest
from infra.tables import QUARANTINE, RAW, RAW_MOVIES, Table
from pipelines import expectations
from pipelines.archive_folder import ReadFile, file_hashes, read_archive
from pipelines.sample import write_sample

SAMPLE = "sample"


def run(snapshot_date: date, lake: Lake, spark: SparkSession, archive_folder: Path, docs_dir: Path) -> Manifest:
    """Land, check and commit the raw tables of one snapshot; running it again replaces that snapshot.

    Killed anywhere before the commit, the previous snapshot stays in force. The folder's name is the `source` of every
    row. Raises ArchiveBroken when the folder holds no MovieLens archive, and ExpectationFailed when a table does not
    satisfy its expectations, such as the share of its rows that was refused.
    """
    folder = archive_folder.resolve()
    source, archive = folder.name, read_archive(spark, folder, snapshot_date)
    attempt = lake.begin(RAW, snapshot_date)
    attempt.write(QUARANTINE, quarantine_rows(archive, source))
    quarantine = attempt.read(QUARANTINE, spark)
    reasons = count_reasons(quarantine)
    accounts = []
    for file, rows, n_rows in archive:
        written = attempt.write(file.table, landed_rows(rows, file, quarantine, source))
        refused = reasons.get(file.table.name, {})
        print_account(file.table, n_rows, refused, written.n_rows, attempt.location(file.table))
        accounts.append(require_every_row(file.table, n_rows, sum(refused.values()), written.n_rows))
    checks = expectations.check(RAW, {table: attempt.read(table, spark) for table in RAW.tables}, docs_dir)
    return attempt.commit(file_hashes(folder, snapshot_date), [*accounts, *checks])


def quarantine_rows(archive: list[ReadFile], source: str) -> DataFrame:
    """Return the refused rows of all files, in one file's order."""
    movies, *others = archive
    known = usable_movies(movies.rows, movies.file)
    refused = [refused_rows(movies.rows, movies.file, None, source)]
    refused += [refused_rows(rows, file, known, source) for file, rows, _ in others]
    return reduce(DataFrame.union, refused).repartition(1).sortWithinPartitions(*QUARANTINE.key)


def count_reasons(quarantine: DataFrame) -> dict[str, dict[str, int]]:
    """Return, by table and reason, how many rows were refused, the most frequent reason first."""
    counts: dict[str, dict[str, int]] = {}
    for row in quarantine.groupBy("table", "reason").count().orderBy("count", ascending=False).collect():
        counts.setdefault(row["table"], {})[row["reason"]] = row["count"]
    return counts


def print_account(table: Table, n_read: int, refused: dict[str, int], n_written: int, location: str) -> None:
    """Print what was read, refused (and why), written, and where."""
    n_refused = sum(refused.values())
    print(f"{table.name:<12} {n_read:>12,} read {n_refused:>9,} refused {n_written:>12,} written to {location}")
    for reason, n_rows in refused.items():
        print(f"{'':<27} {n_rows:>12,} {reason}")


def require_every_row(table: Table, n_read: int, n_refused: int, n_written: int) -> Check:
    """Return the check that every row read is either in the table or in quarantine; raises ExpectationFailed if not."""
    n_astray = abs(n_read - n_refused - n_written)
    check = Check(table.name, "rows neither landed nor in quarantine, or in both", n_astray, "at most 0", n_astray == 0)
    if not check.passed:
        raise ExpectationFailed(
            f"{table.name}: {n_read:,} rows were read, but {n_written:,} landed and {n_refused:,} are in quarantine: "
            f"did the archive change while it was read? Run again"
        )
    return check


def main(snapshot_date: str | None = None, dataset: str | None = None) -> str:
    """Land a dataset (the configured one, by default) in the configured lake and return the snapshot's date.

    The date, such as 2026-11-20, is today's (UTC) by default. Besides the names of `infra.stores.archives.DATASETS` and
    the path of a zip or folder there is `sample`, which is generated, and only when asked for by this name.
    """
    settings = get_settings()
    day = date.fromisoformat(snapshot_date) if snapshot_date else datetime.now(UTC).date()
    folder = unpacked(dataset or settings.data.dataset, settings)
    spark = create_session("ingest_ratings", settings.spark.master, settings.spark.driver_memory_mb)
    run(day, Lake(settings.lake.root), spark, folder, settings.lake.data_docs_dir)
    return day.isoformat()


def unpacked(dataset: str, settings: Settings) -> Path:
    """Return the folder with the files of a dataset."""
    if dataset == SAMPLE:
        return generated(settings.data, settings.seed, settings.local.state_dir / "samples")
    archives = ArchiveStore(settings.data.archive_dir, settings.data.download_url)
    return archives.extract(archives.fetch(dataset), settings.local.state_dir / "unpacked")


def generated(sizes: DataSettings, seed: int, home: Path) -> Path:
    """Return the folder of a generated dataset, made once for the same sizes and seed."""
    n_users, n_movies, n_ratings = sizes.sample_users, sizes.sample_movies, sizes.sample_ratings
    folder = home / f"sample-{n_users}-users-{n_movies}-movies-{n_ratings}-ratings-seed-{seed}"
    if not folder.exists():
        draft = folder.with_suffix(".part")
        write_sample(draft, n_users, n_movies, n_ratings, seed)
        draft.rename(folder)
    return folder
