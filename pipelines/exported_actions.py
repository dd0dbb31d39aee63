"""What users did, on its way from MongoDB to the lake: a file that is landed like those of an archive."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pyspark.sql import SparkSession

from features.archive_lines import CSV
from features.archive_rows import actions_file, refuse_unknown_movies, usable_movies
from infra.settings import MongodbSettings
from infra.stores.actions import ActionStore
from pipelines.archive_folder import ReadFile, file_hash, read_file

SOURCE = "mongodb"
"""The name of the folder, and so the `source` of what users did."""

FILE = f"actions{CSV.suffix}"


def export_actions(mongodb: MongodbSettings, folder: Path, snapshot_date: date) -> None:
    """Write all that users did by the end (UTC) of a day into a new folder; raises ServerUnreachable.

    Only what still stands is in MongoDB: a rating that was changed after that day is not in the file.
    """
    folder.mkdir()
    midnight = datetime.combine(snapshot_date + timedelta(days=1), time(), UTC)
    with ActionStore(mongodb.address, mongodb.database) as store:
        store.export(folder / FILE, midnight)


def read_actions(spark: SparkSession, folder: Path, snapshot_date: date, movies: ReadFile) -> ReadFile:
    """Return what was exported into a folder, or no rows; movies that are not in the archive are refused."""
    actions = read_file(spark, folder, actions_file(snapshot_date), CSV)
    return actions._replace(rows=refuse_unknown_movies(actions.rows, usable_movies(movies.rows)))


def action_hashes(folder: Path) -> dict[str, str]:
    """Return `sha256:...` of the file by its name, or nothing where none was exported."""
    path = folder / FILE
    return {f"{folder.name}/{FILE}": file_hash(path)} if path.exists() else {}
