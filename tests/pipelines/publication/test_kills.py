"""Publications that are killed, as processes of their own, and what the next run makes of it."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pymongo import MongoClient

from infra.stores.generation_layout import Content
from tests.pipelines.publishing import (
    AFTER_THE_FLIP,
    AMONG_KEPT,
    BEFORE_THE_FLIP,
    KINDS,
    in_force,
    lists,
    neighbours,
    popularity,
    tonights,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture
def publish(publish, typed_snapshot):
    def publish_version(version=3):
        return publish(*(replace(model(typed_snapshot), version=version) for model in (popularity, neighbours)))

    return publish_version


@pytest.fixture
def killed(typed_lake, mongodb):
    """Publish in a process that dies at a moment; MongoDB forgets its transaction after seconds, not after a minute."""

    def publish_and_die(moment):
        place = typed_lake.root, mongodb.address, mongodb.database
        command = [sys.executable, "-m", "tests.pipelines.publishing", *place, moment]
        process = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        assert process.returncode == -signal.SIGKILL, process.stderr

    setting = "transactionLifetimeLimitSeconds"
    with MongoClient(mongodb.address) as client:
        before = client.admin.command("setParameter", 1, **{setting: 2})["was"]
        yield publish_and_die
        client.admin.command("setParameter", 1, **{setting: before})


def without_fingerprints(kinds):
    """Return lists of different versions that are else the same."""
    return [{key: {**document, "fingerprint": None} for key, document in kind.items()} for kind in kinds]


def generations_with_lists(database):
    return sorted({name.split("_")[-1] for name in database.list_collection_names() if "_20" in name})


@pytest.mark.parametrize(
    ("moment", "version_before"),
    [*((moment, 2) for moment in BEFORE_THE_FLIP), *((moment, 3) for moment in AMONG_KEPT)],
)
def test_killed_before_the_flip_readers_see_the_old_generation_and_the_next_run_makes_only_what_is_missing(
    moment, version_before, publish, killed, store, database
):
    old = publish(version_before)
    before = [lists(database, kind) for kind in KINDS]

    killed(moment)

    assert in_force(database) == old
    assert [lists(database, kind) for kind in KINDS] == before
    unfinished = database.generations.find_one({"state": "building"})["_id"]
    finished = store.ledger(unfinished).records()

    assert publish() == unfinished == in_force(database)

    assert [record for record in store.ledger(unfinished).records() if record in finished] == finished
    assert without_fingerprints([lists(database, kind) for kind in KINDS]) == without_fingerprints(before)
    unbroken, resumed = database.generations.find(sort=[("_id", 1)])
    assert (resumed["state"], resumed["n_attempts"]) == ("published", 2)
    assert (resumed["lists_hash"], tonights(resumed)) == (unbroken["lists_hash"], tonights(unbroken))
    assert resumed["counts"] == unbroken["counts"]
    assert generations_with_lists(database) == [old, unfinished]


def test_a_kill_in_the_middle_of_the_users_leaves_finished_shards(killed, publish, store, database):
    killed("between two shards")

    [unfinished] = database.generations.find()
    assert [record.shard for record in store.ledger(unfinished["_id"]).records()] == [
        (Content.MOVIE_LISTS, 0, 2),
        (Content.USER_LISTS, 0, 2),
        (Content.USER_LISTS, 2, 3),
    ]


def test_killed_and_then_begun_with_another_model_the_unfinished_generation_is_refused(publish, killed, database):
    killed("between two shards")
    [unfinished] = database.generations.find()

    publish(version=4)

    assert database.generations.find_one({"_id": unfinished["_id"]})["state"] == "refused"


@pytest.mark.parametrize("moment", AFTER_THE_FLIP)
def test_killed_after_the_flip_readers_see_the_new_generation_and_the_next_run_tidies_up(
    moment, publish, killed, database
):
    first, second, third = publish(), publish(), publish()

    killed(moment)

    fourth = in_force(database)
    assert generations_with_lists(database) == [first, second, third, fourth]
    assert len(lists(database, "user_recommendations")) == 3
    assert database.generations.find_one({"_id": first})["state"] == "retired"

    fifth = publish()

    assert generations_with_lists(database) == [third, fourth, fifth]
