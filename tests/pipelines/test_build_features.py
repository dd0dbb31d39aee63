from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.errors import ExpectationFailed, SnapshotMissing
from infra.settings import get_settings
from infra.stores.lake import Lake
from infra.stores.manifest import Manifest
from infra.tables import (
    FEATURES,
    INTERACTIONS,
    MOVIE_FEATURES,
    MOVIES,
    POPULARITY,
    RATINGS,
    RAW,
    TAGS,
    USER_FEATURES,
)
from pipelines import build_features
from tests.pipelines.landed import DAY, RATING_ROWS, TOMORROW, YESTERDAY, land


class Built(NamedTuple):
    lake: Lake
    returned: str
    first: Manifest
    second: Manifest
    printed: str


@pytest.fixture(scope="module")
def built(spark, tmp_path_factory):
    """The newest raw snapshot, built by `main` and then once more by `run`."""
    folder = tmp_path_factory.mktemp("state")
    lake = Lake(str(folder / "lake"))
    land(lake, spark, YESTERDAY, RATING_ROWS[:1])
    land(lake, spark, DAY, RATING_ROWS)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MARQUEE_LAKE__ROOT", lake.root)
        environment.setenv("MARQUEE_LAKE__DATA_DOCS_DIR", str(folder / "docs"))
        get_settings.cache_clear()
        with redirect_stdout(StringIO()) as printed:
            returned = build_features.main()
    get_settings.cache_clear()
    first = lake.open(FEATURES).manifest
    return Built(lake, returned, first, build_features.run(DAY, lake, spark, folder / "docs"), printed.getvalue())


def test_main_builds_the_newest_raw_snapshot_and_says_which(built):
    assert built.returned == built.first.snapshot_date == "2024-02-01"


def test_running_twice_gives_the_same_tables(built):
    assert built.first.hashes == built.second.hashes
    assert built.first.attempt != built.second.attempt


def test_every_table_has_its_rows(built):
    assert {name: record.n_rows for name, record in built.second.tables.items()} == {
        INTERACTIONS.name: 3,
        RATINGS.name: 3,
        TAGS.name: 1,
        MOVIES.name: 3,
        MOVIE_FEATURES.name: 3,
        USER_FEATURES.name: 2,
        POPULARITY.name: 2 + 2 + 1,
    }


def test_one_line_per_table_says_how_many_rows_are_where(built):
    lines = built.printed.splitlines()

    assert [line.split()[:3] for line in lines if line.split()[0] == "movies"] == [["movies", "3", "rows"]]
    assert {line.split()[0] for line in lines} == {table.name for table in FEATURES.tables}
    assert all(Path(line.split()[-1]).is_relative_to(built.lake.root) for line in lines)


def test_a_late_rerating_is_the_one_that_counts(built):
    ratings = built.lake.open(FEATURES, DAY).read_arrow(RATINGS).to_pylist()

    assert [(row["user_id"], row["movie_id"], row["rating"]) for row in ratings] == [
        (10, 1, 5.0),
        (10, 2, 3.0),
        (20, 1, 4.0),
    ]


@pytest.mark.parametrize("table", [MOVIES, MOVIE_FEATURES, USER_FEATURES, POPULARITY], ids=lambda table: table.name)
def test_a_table_that_is_read_whole_is_one_file(built, table):
    assert len(list(Path(built.lake.open(FEATURES, DAY).location(table)).glob("*.parquet"))) == 1


@pytest.mark.parametrize("table", [RATINGS, INTERACTIONS, MOVIES, USER_FEATURES], ids=lambda table: table.name)
def test_rows_are_stored_in_order_of_their_key(built, table):
    keys = [tuple(row.values()) for row in built.lake.open(FEATURES, DAY).read_arrow(table, table.key).to_pylist()]

    assert keys == sorted(keys)


def test_the_manifest_names_the_raw_tables_it_was_made_from_and_the_checks_it_passed(built):
    assert built.second.inputs == built.lake.open(RAW, DAY).manifest.hashes
    assert {check.table for check in built.second.checks} == {table.name for table in FEATURES.tables}


def test_a_day_that_was_not_landed_is_an_error_in_words(built, spark, tmp_path):
    with pytest.raises(SnapshotMissing, match="no complete `raw` snapshot of 1999-12-31"):
        build_features.run(date(1999, 12, 31), built.lake, spark, tmp_path)


def test_a_run_that_breaks_off_leaves_the_snapshot_in_force(built, spark, tmp_path, monkeypatch):
    def break_off(*tables):
        raise KeyboardInterrupt

    before = built.lake.open(FEATURES, DAY).manifest
    monkeypatch.setattr(build_features, "popularity", break_off)

    with pytest.raises(KeyboardInterrupt):
        build_features.run(DAY, built.lake, spark, tmp_path)

    after = built.lake.open(FEATURES, DAY)
    assert after.manifest == before
    assert after.read(RATINGS, spark).count() == 3


def test_tables_that_fail_their_expectations_are_not_committed(spark, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    land(lake, spark, TOMORROW, [*RATING_ROWS, (30, 99, 4.0, 1)])

    with pytest.raises(ExpectationFailed, match="ratings"):
        build_features.run(TOMORROW, lake, spark, tmp_path / "docs")

    with pytest.raises(SnapshotMissing):
        lake.open(FEATURES)


def test_a_rating_that_is_there_twice_holds_the_snapshot(built, spark, tmp_path, monkeypatch):
    def keep_all(raw_ratings):
        return raw_ratings.drop("line").union(raw_ratings.drop("line"))

    before = built.lake.open(FEATURES, DAY).manifest
    monkeypatch.setattr(build_features, "keep_latest_rating", keep_all)

    with pytest.raises(ExpectationFailed, match="; ratings: rows with a repeated key is"):
        build_features.run(DAY, built.lake, spark, tmp_path)

    assert built.lake.open(FEATURES, DAY).manifest == before
