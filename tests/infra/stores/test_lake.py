import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from infra.errors import SnapshotMissing
from infra.stores.lake import Lake
from infra.stores.manifest import Check
from infra.tables import Layer, Table

NOTES = Table("notes", {"user_id": "bigint", "note": "string", "rating": "float"}, key=("user_id",))
USERS = Table("users", {"user_id": "bigint"}, key=("user_id",))
LAYER = Layer("test", (NOTES, USERS))
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
ROWS = [(1, "good", 4.0), (2, None, 2.5), (3, "ok", None)]


@pytest.fixture
def lake(tmp_path):
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def attempt(lake, spark):
    """Write both tables of a new attempt, which is not committed."""

    def write(rows=ROWS, day=MONDAY):
        begun = lake.begin(LAYER, day)
        begun.write(NOTES, spark.createDataFrame(rows, NOTES.schema))
        begun.write(USERS, spark.createDataFrame([(row[0],) for row in rows], USERS.schema))
        return begun

    return write


def notes(snapshot):
    return sorted(tuple(row.values()) for row in snapshot.read_arrow(NOTES).to_pylist())


def test_a_snapshot_says_what_it_took_and_how_large_it_is(attempt, lake):
    attempt().commit(inputs={})

    snapshot = lake.open(LAYER)
    assert snapshot.manifest.took.seconds > 0
    assert snapshot.manifest.took.peak_memory_bytes > 10**7
    files = Path(snapshot.location(NOTES)).parent.rglob("*")
    assert snapshot.size() == sum(file.stat().st_size for file in files if file.is_file()) > 0


def test_a_committed_snapshot_is_read_as_it_was_written(lake, attempt, spark):
    attempt().commit({})
    snapshot = lake.open(LAYER, MONDAY)

    assert notes(snapshot) == ROWS
    assert sorted(tuple(row) for row in snapshot.read(NOTES, spark).collect()) == ROWS
    assert snapshot.read_arrow(NOTES, ["rating"]).column_names == ["rating"]
    assert snapshot.snapshot_date == MONDAY


def test_the_manifest_says_what_was_written_from_what_and_how_it_was_judged(lake, attempt):
    check = Check("notes", "rows", 3, "at least 1", passed=True)
    attempt().commit({"archive.zip": "sha256:1"}, [check])
    manifest = lake.open(LAYER).manifest

    assert (manifest.inputs, manifest.checks, manifest.layer) == ({"archive.zip": "sha256:1"}, [check], "test")
    assert manifest.tables["notes"].n_rows == 3
    assert manifest.tables["notes"].schema == NOTES.columns
    assert manifest.hashes == {name: record.content_hash for name, record in manifest.tables.items()}


def test_only_texts_are_written_by_a_dictionary(attempt):
    written = attempt([(user_id, "good", 4.0) for user_id in range(1000)])
    file = next(Path(written.location(NOTES)).glob("*.parquet"))
    columns = pq.ParquetFile(file).metadata.row_group(0)

    by_dictionary = [columns.column(n).has_dictionary_page for n in range(columns.num_columns)]
    assert dict(zip(NOTES.columns, by_dictionary, strict=True)) == {"user_id": False, "note": True, "rating": False}


def test_a_table_that_a_snapshot_is_older_than_is_said_in_words(lake, attempt):
    attempt().commit({})
    snapshot = lake.open(LAYER)

    assert snapshot.record(NOTES).n_rows == 3
    with pytest.raises(SnapshotMissing, match="was made before there was a table `news`: land that day again"):
        snapshot.record(Table("news", {"headline": "string"}, key=("headline",)))


def test_columns_are_written_in_their_declared_order_and_type(lake, attempt, spark):
    begun = attempt()
    begun.write(
        NOTES,
        spark.createDataFrame([("4.5", "extra", 7, "fine")], "rating string, other string, user_id int, note string"),
    )
    begun.commit({})

    assert lake.open(LAYER).read_arrow(NOTES).to_pylist() == [{"user_id": 7, "note": "fine", "rating": 4.5}]


def test_a_table_may_be_empty(lake, attempt):
    attempt(rows=[]).commit({})
    snapshot = lake.open(LAYER)

    assert notes(snapshot) == []
    assert snapshot.manifest.tables["notes"].n_rows == 0


def test_the_content_hash_depends_on_every_value_and_on_no_order(attempt, spark):
    begun = attempt()

    def content_hash(rows, n_files=1):
        return begun.write(NOTES, spark.createDataFrame(rows, NOTES.schema).repartition(n_files)).content_hash

    original = content_hash(ROWS)
    assert content_hash(ROWS[::-1], n_files=3) == original
    edited = [
        [(1, "good", 4.0), (2, None, 2.5), (3, "OK", None)],
        [(1, "good", 4.5), (2, None, 2.5), (3, "ok", None)],
        [(4, "good", 4.0), (2, None, 2.5), (3, "ok", None)],
        [*ROWS, ROWS[0]],
        ROWS[1:],
    ]
    assert len({original, *map(content_hash, edited)}) == 6


def test_the_newest_complete_date_is_opened_unless_one_is_named(lake, attempt):
    attempt(day=TUESDAY).commit({})
    attempt(ROWS[:1], MONDAY).commit({})

    assert lake.open(LAYER).snapshot_date == TUESDAY
    assert notes(lake.open(LAYER, MONDAY)) == ROWS[:1]


def test_a_date_without_a_manifest_is_said_in_words(lake, attempt):
    with pytest.raises(SnapshotMissing, match=r"no complete `test` snapshot of any date in .*: run `make etl`"):
        lake.open(LAYER)
    attempt(day=MONDAY).commit({})
    with pytest.raises(SnapshotMissing, match="no complete `test` snapshot of 2026-11-17"):
        lake.open(LAYER, TUESDAY)


def test_an_attempt_that_was_never_committed_is_seen_by_nobody(lake, attempt):
    attempt(day=TUESDAY)

    with pytest.raises(SnapshotMissing):
        lake.open(LAYER)
    attempt(day=MONDAY).commit({})
    attempt(ROWS[:1], MONDAY)
    assert lake.open(LAYER).snapshot_date == MONDAY
    assert notes(lake.open(LAYER)) == ROWS


def test_a_crash_just_before_the_manifest_is_in_place_leaves_the_snapshot_in_force(lake, attempt):
    attempt().commit({})
    replacing = attempt(ROWS[:1])
    # The manifest is drafted beside the attempt's tables; dying there must show nothing.
    draft = Path(replacing.location(NOTES)).with_name("manifest.json")
    draft.write_text("{")

    assert notes(lake.open(LAYER)) == ROWS
    attempt(ROWS[:2]).commit({})
    assert notes(lake.open(LAYER)) == ROWS[:2]


def test_a_reader_keeps_what_it_opened_while_a_new_attempt_is_committed(lake, attempt, spark):
    attempt().commit({})
    opened = lake.open(LAYER)
    attempt(ROWS[:1])  # crashed
    attempt(ROWS[:2]).commit({})

    assert notes(opened) == ROWS
    assert opened.read(NOTES, spark).count() == 3
    assert notes(lake.open(LAYER)) == ROWS[:2]


def test_running_again_replaces_the_snapshot_and_leaves_at_most_two_attempts(lake, attempt):
    for n_rows in (1, 2, 3, 2):
        attempt(ROWS[:n_rows]).commit({})

    assert notes(lake.open(LAYER)) == ROWS[:2]
    assert len(list(Path(lake.root, "test", "2026-11-16").glob("*/notes"))) == 2


def test_a_commit_leaves_an_attempt_that_another_run_is_still_writing(lake, attempt):
    attempt().commit({})
    slow = attempt(ROWS[:1])
    attempt(ROWS[:2]).commit({})
    slow.commit({})

    assert notes(lake.open(LAYER)) == ROWS[:1]


def test_an_attempt_that_lacks_a_table_is_not_committed(lake, attempt, spark):
    incomplete = lake.begin(LAYER, MONDAY)
    incomplete.write(USERS, spark.createDataFrame([(1,)], USERS.schema))
    with pytest.raises(SnapshotMissing, match="test of 2026-11-16 cannot be committed: notes was not written"):
        incomplete.commit({})

    dropped = attempt()
    shutil.rmtree(dropped.location(USERS))
    with pytest.raises(SnapshotMissing, match="cannot be committed: users was not written, or dropped"):
        dropped.commit({})
    with pytest.raises(SnapshotMissing):
        lake.open(LAYER)


def test_a_root_may_be_an_address(tmp_path, spark):
    lake = Lake(f"file://{tmp_path}/lake")
    begun = lake.begin(LAYER, MONDAY)
    for table in LAYER.tables:
        begun.write(table, spark.range(1).selectExpr("id AS user_id", "'x' AS note", "1.0 AS rating"))
    begun.commit({})

    assert lake.open(LAYER).read(USERS, spark).count() == 1
    assert notes(Lake(f"{tmp_path}/lake").open(LAYER)) == [(0, "x", 1.0)]
