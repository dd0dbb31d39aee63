import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.errors import ExpectationFailed
from infra.stores.lake import Lake
from infra.stores.snapshot import Snapshot
from infra.tables import QUARANTINE, RAW, RAW_ACTIONS, RAW_LINKS, RAW_MOVIES, RAW_RATINGS
from pipelines import ingest_ratings
from tests.pipelines.bad_ratings import BAD_RATINGS, GOOD_RATINGS, N_BAD
from tests.pipelines.written_archives import DAY, LINKS, MOVIES, RATINGS, write_actions, write_archive

START_SECONDS = 300
MOMENT = 1795163400  # 08:30 on DAY
ADA = 1_000_000_000


class Ingested(NamedTuple):
    snapshot: Snapshot
    printed: list[list[str]]

    @property
    def n_rows(self):
        return {name: record.n_rows for name, record in self.snapshot.manifest.tables.items()}

    @property
    def refused(self):
        """How many rows are in quarantine, by table and reason."""
        rows = self.snapshot.read_arrow(QUARANTINE).group_by(["table", "reason"]).aggregate([([], "count_all")])
        return {(row["table"], row["reason"]): row["count_all"] for row in rows.to_pylist()}


@pytest.fixture(scope="module")
def ingest(spark, tmp_path_factory):
    def run(folder, home):
        lake, printed = Lake(f"{home}/lake"), StringIO()
        with redirect_stdout(printed):
            ingest_ratings.run(DAY, lake, spark, folder, home / "mongodb", home / "data_docs")
        return Ingested(lake.open(RAW, DAY), [line.split() for line in printed.getvalue().splitlines()])

    return run


@pytest.fixture(scope="module")
def clean(ingest, tmp_path_factory):
    home = tmp_path_factory.mktemp("clean")
    return ingest(write_archive(home / "ml-test"), home)


@pytest.fixture(scope="module")
def bad_ratings():
    return [BAD_RATINGS[reason]() for reason, n_rows in N_BAD.items() for _ in range(n_rows)]


@pytest.fixture(scope="module")
def faulty(ingest, tmp_path_factory, bad_ratings):
    """An archive with bad rows of every kind between good ones."""
    home = tmp_path_factory.mktemp("faulty")
    more_movies = [f"{movie},Movie {movie},Drama" for movie in range(100, 200)]
    folder = write_archive(
        home / "ml-test",
        [*GOOD_RATINGS[:60_000], *bad_ratings, *GOOD_RATINGS[60_000:]],
        [*MOVIES, *more_movies, "1,Toy Story again,Drama", "500,,Drama"],
        [*(f"{user},1,fine,1260759144" for user in range(100)), "1,500,fine,1260759144"],
        [*LINKS, *(f"{movie},0114709,862" for movie in range(100, 200)), "500,0114709,862"],
    )
    return ingest(folder, home)


def test_a_clean_archive_lands_whole(clean):
    assert clean.n_rows == {
        "raw_ratings": 3,
        "raw_movies": 3,
        "raw_links": 3,
        "raw_tags": 1,
        "raw_actions": 0,
        "quarantine": 0,
    }
    assert clean.snapshot.read_arrow(RAW_MOVIES, ["movie_id", "title", "source", "line"]).to_pylist()[1] == {
        "movie_id": 2,
        "title": "American President, The (1995)",
        "source": "ml-test",
        "line": 3,
    }
    assert clean.snapshot.read_arrow(RAW_LINKS, ["imdb_id", "tmdb_id"]).to_pylist()[1] == {
        "imdb_id": "0112346",
        "tmdb_id": None,
    }


def test_the_manifest_holds_the_hash_of_every_file_and_every_check(clean):
    manifest = clean.snapshot.manifest
    checked = {(check.table, check.expectation) for check in manifest.checks}

    assert sorted(manifest.inputs) == [f"ml-test/{name}.csv" for name in ("links", "movies", "ratings", "tags")]
    assert ("raw_ratings", "rows neither written nor refused, or both") in checked
    assert ("raw_ratings", "share of rows refused") in checked
    assert all(check.passed for check in manifest.checks)


def test_every_bad_row_among_good_ones_ends_in_quarantine_with_its_reason_and_line(faulty, bad_ratings):
    ratings = {reason: n_rows for (table, reason), n_rows in faulty.refused.items() if table == "raw_ratings"}
    quarantine = faulty.snapshot.read_arrow(QUARANTINE, ["table", "line", "row"]).to_pylist()
    rows = {row["line"]: row["row"] for row in quarantine if row["table"] == "raw_ratings"}

    assert ratings == N_BAD
    assert faulty.n_rows["raw_ratings"] == 120_000
    assert list(rows) == list(range(60_002, 60_002 + len(bad_ratings)))
    assert [row.replace("\ufffd", "\udcff") for row in rows.values()] == bad_ratings


def test_what_landing_counted_is_judged_as_it_is_after_refusals(faulty):
    figures = {
        check.expectation: check.figure for check in faulty.snapshot.manifest.checks if check.table == "raw_ratings"
    }
    n_refused = sum(N_BAD.values())

    assert figures["rows with a repeated key"] == 0
    assert figures["share of rows refused"] == pytest.approx(n_refused / (120_000 + n_refused))


def test_a_refused_movie_takes_its_tags_and_link_along_and_a_repeated_one_keeps_its_first_row(faulty):
    assert {key: n_rows for key, n_rows in faulty.refused.items() if key[0] != "raw_ratings"} == {
        ("raw_movies", "duplicate"): 1,
        ("raw_movies", "no title"): 1,
        ("raw_links", "unknown movie"): 1,
        ("raw_tags", "id not a positive integer"): 1,
        ("raw_tags", "unknown movie"): 1,
    }
    assert faulty.snapshot.read_arrow(RAW_MOVIES, ["title"])["title"].to_pylist()[0] == "Toy Story (1995)"


def test_what_was_read_refused_and_written_and_where_is_printed(faulty):
    n_refused = sum(N_BAD.values())
    location = faulty.snapshot.location(RAW_RATINGS)
    account = [f"{120_000 + n_refused:,}", "read", f"{n_refused:,}", "refused", "120,000", "written", "to", location]

    position = faulty.printed.index(["raw_ratings", *account])
    assert faulty.printed[position + 1 : position + 3] == [["314", "duplicate"], ["313", "unknown", "movie"]]


def test_more_than_five_percent_refused_stops_the_run_and_leaves_the_snapshot_in_force(clean, ingest, tmp_path):
    home = Path(clean.snapshot.location(RAW_RATINGS)).parents[4]
    good = [f"{user},1,4.0,1260759144" for user in range(1, 95)]
    with pytest.raises(ExpectationFailed) as stopped:
        ingest(write_archive(tmp_path / "ml-test", [*good, *["bad"] * 6]), home)

    assert "raw_ratings: share of rows refused is 0.06 but must be at most 0.05" in str(stopped.value)
    assert f"file://{home}/data_docs/index.html" in str(stopped.value)
    assert Lake(f"{home}/lake").open(RAW).manifest == clean.snapshot.manifest


def test_a_run_that_is_killed_leaves_the_snapshot_in_force_and_can_be_repeated(ingest, tmp_path):
    before = ingest(write_archive(tmp_path / "ml-test"), tmp_path)
    again = write_archive(tmp_path / "ml-test", RATINGS[::-1])
    lake = Lake(f"{tmp_path}/lake")
    command = [sys.executable, "-m", "tests.pipelines.written_archives", lake.root, again, tmp_path / "data_docs"]
    killed = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + START_SECONDS
    while len(list(Path(lake.root).glob("raw/*/*/quarantine/_SUCCESS"))) < 2:
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)

    assert killed.wait() == -signal.SIGKILL
    assert lake.open(RAW).manifest == before.snapshot.manifest
    assert lake.open(RAW).read_arrow(RAW_RATINGS, ["line"])["line"].to_pylist() == [2, 3, 4]
    repeated = ingest(write_archive(tmp_path / "ml-test"), tmp_path)
    assert repeated.snapshot.manifest.hashes == before.snapshot.manifest.hashes
    assert repeated.snapshot.manifest.attempt > before.snapshot.manifest.attempt


def test_what_users_did_is_landed_beside_the_archive(ingest, tmp_path):
    unknown = f"{ADA},9,watch,,{MOMENT}.000"
    write_actions(tmp_path, f"{ADA},1,rating,4.5,{MOMENT}.125", f"{ADA},1,hide,,{MOMENT}.000", unknown)

    landed = ingest(write_archive(tmp_path / "ml-test"), tmp_path)

    assert landed.snapshot.read_arrow(RAW_ACTIONS).to_pylist() == [
        {
            "user_id": ADA,
            "movie_id": 1,
            "kind": kind,
            "rating": rating,
            "happened_at": datetime(2026, 11, 20, 8, 30, 0, microseconds, UTC),
            "source": "mongodb",
            "line": line,
        }
        for line, kind, rating, microseconds in ((2, "rating", 4.5, 125_000), (3, "hide", None, 0))
    ]
    assert landed.refused == {("raw_actions", "unknown movie"): 1}
    assert landed.snapshot.read_arrow(QUARANTINE, ["source", "line", "row"]).to_pylist() == [
        {"source": "mongodb", "line": 4, "row": unknown}
    ]
    assert "mongodb/actions.csv" in landed.snapshot.manifest.inputs


def test_landing_what_users_did_again_gives_the_same_rows(ingest, tmp_path):
    write_actions(tmp_path, f"{ADA},1,rating,4.5,{MOMENT}.125")

    first, second = (ingest(write_archive(tmp_path / "ml-test"), tmp_path) for _ in range(2))

    assert first.snapshot.manifest.hashes == second.snapshot.manifest.hashes
    assert first.snapshot.manifest.inputs == second.snapshot.manifest.inputs
