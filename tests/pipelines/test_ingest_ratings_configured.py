"""What `main` lands with the configured dataset, lake and MongoDB."""

import zipfile
from datetime import UTC, datetime

import pytest
from pymongo import MongoClient

from infra.errors import ServerUnreachable, SnapshotMissing
from infra.settings import DataSettings
from infra.stores.lake import Lake
from infra.tables import RAW, RAW_ACTIONS, RAW_TAGS
from pipelines import ingest_ratings
from tests.pipelines.written_archives import DAY, TAGS, write_archive

ADA = 1_000_000_000


@pytest.fixture
def configured(tmp_path, own_folders, mongodb, configure):
    """Land an archive of the test's own folder, with what is in the test's database."""
    configure(
        DATA__DATASET=tmp_path / "ml-configured.zip",
        MONGODB__URL=mongodb.address,
        MONGODB__DATABASE=mongodb.database,
    )


@pytest.fixture
def unreachable(configured, no_mongodb):
    """The same, with nobody at MongoDB's address."""


def test_the_configured_dataset_is_landed_in_the_configured_lake(configured, tmp_path, spark):
    with zipfile.ZipFile(tmp_path / "ml-configured.zip", "w") as archive:
        for path in write_archive(tmp_path / "written").iterdir():
            archive.write(path, f"ml-test/{path.name}")

    assert ingest_ratings.main("2026-11-20") == "2026-11-20"
    landed = Lake(f"{tmp_path}/lake").open(RAW, DAY).read_arrow(RAW_TAGS)
    assert (landed["source"].to_pylist(), landed["tag"].to_pylist()) == (["ml-configured"], [TAGS[0].split(",")[2]])


def test_what_users_did_is_taken_from_the_configured_mongodb(configured, mongodb, tmp_path):
    seen_later = {"_id": f"{ADA}-2", "user_id": ADA, "movie_id": 2, "watched_at": datetime(2026, 11, 21, tzinfo=UTC)}
    seen = {"_id": f"{ADA}-1", "user_id": ADA, "movie_id": 1, "watched_at": datetime(2026, 11, 20, 23, tzinfo=UTC)}
    with MongoClient(mongodb.address) as client:
        client[mongodb.database].watched_movies.insert_many([seen, seen_later])

    ingest_ratings.main("2026-11-20", str(write_archive(tmp_path / "ml-test")))

    landed = Lake(f"{tmp_path}/lake").open(RAW, DAY).read_arrow(RAW_ACTIONS)
    assert (landed["user_id"].to_pylist(), landed["movie_id"].to_pylist()) == ([ADA], [1])


def test_a_mongodb_that_holds_nothing_is_fine_and_on_record(configured, tmp_path):
    ingest_ratings.main("2026-11-20", str(write_archive(tmp_path / "ml-test")))

    manifest = Lake(f"{tmp_path}/lake").open(RAW, DAY).manifest
    assert manifest.tables["raw_actions"].n_rows == 0
    assert "mongodb/actions.csv" in manifest.inputs


def test_without_mongodb_nothing_is_landed_and_the_error_says_why(unreachable, tmp_path):
    with pytest.raises(ServerUnreachable, match=r"MongoDB does not answer at mongodb://127\.0\.0\.1:9"):
        ingest_ratings.main("2026-11-20", str(write_archive(tmp_path / "ml-test")))

    with pytest.raises(SnapshotMissing):
        Lake(f"{tmp_path}/lake").open(RAW)


def test_a_generated_dataset_is_made_once_for_the_same_sizes_and_seed(tmp_path):
    sizes = DataSettings(sample_users=20, sample_movies=50, sample_ratings=400)
    folder = ingest_ratings.generated(sizes, 1, tmp_path)
    made = {path: path.stat().st_mtime_ns for path in folder.iterdir()}

    assert ingest_ratings.generated(sizes, 1, tmp_path) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == made
    assert ingest_ratings.generated(sizes, 2, tmp_path) != folder
