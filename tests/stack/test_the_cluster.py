"""The lists of a night on a Spark cluster of a master and two workers, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from infra.local.probes import wait_until
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from pipelines.publication import shards
from tests.feature_snapshot import write_features
from tests.stack import spark_cluster
from tests.stack.cluster import LISTS_PER_SHARD, MOVIES, RATINGS, publish

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
SECONDS = 120.0
KINDS = "user_recommendations", "movie_recommendations"
N_SHARDS = (72 + 90) // LISTS_PER_SHARD


@pytest.fixture(scope="module")
def master(start, tmp_path_factory):
    server = spark_cluster.master(tmp_path_factory.mktemp("master"))
    start(server)
    return server


@pytest.fixture(scope="module")
def start_worker(start, master, tmp_path_factory):
    return lambda: start(spark_cluster.worker(master, tmp_path_factory.mktemp("worker")))


@pytest.fixture(scope="module")
def workers(master, start_worker):
    """Two workers that the master knows; a test that ends one appends another."""
    started = [start_worker(), start_worker()]
    assert wait_until(lambda: n_alive(master) == 2, SECONDS)
    return started


def n_alive(master):
    with urlopen(f"http://127.0.0.1:{master.port}/json/") as answer:
        return json.load(answer)["aliveworkers"]


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return Lake(str(tmp_path_factory.mktemp("lake")))


@pytest.fixture(scope="module")
def snapshot(spark, lake):
    return write_features(lake, spark, RATINGS, MOVIES)


@pytest.fixture
def here(snapshot, database, mongodb, tmp_path, monkeypatch):
    """What the same night is when this machine makes it."""
    monkeypatch.setattr(shards, "SHARD_SIZE", LISTS_PER_SHARD)
    other = f"{mongodb.database}_here"
    with GenerationStore(mongodb.address, other) as store:
        publish(snapshot, store, tmp_path)
    return published(database.client[other])


@pytest.fixture
def on_cluster(lake, snapshot, master, workers, tmp_path):
    """Begin to run a module on the lake and the cluster, once both workers have given their processor."""
    (tmp_path / "spark-defaults.conf").write_text("spark.scheduler.minRegisteredResourcesRatio 1\nspark.cores.max 2\n")

    def begin(module, *arguments):
        environment = {
            "MARQUEE_SPARK__MASTER": master.address,
            "SPARK_CONF_DIR": str(tmp_path),
            **spark_cluster.ON_LOOPBACK,
        }
        command = [sys.executable, "-m", module, lake.root, *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    return begin


@pytest.fixture
def publishing(on_cluster, mongodb):
    """Begin to publish on the cluster."""
    return lambda: on_cluster("tests.stack.cluster", mongodb.address, mongodb.database)


def published(database):
    """Return the one generation there is, and its lists."""
    [document] = database.generations.find()
    lists = {kind: list(database[f"{kind}_{document['_id']}"].find(sort=[("_id", 1)])) for kind in KINDS}
    return document, lists


def end(process):
    """Wait for a process to end well, and return what it printed."""
    printed, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    return printed


def test_a_cluster_makes_the_same_lists_bit_for_bit(publishing, here, database):
    end(publishing())

    document, lists = published(database)
    assert (document["state"], document["lists_hash"]) == ("published", here[0]["lists_hash"])
    assert document["figures"] == here[0]["figures"]
    assert lists == here[1]


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(
    publishing, here, database, master, workers, start_worker
):
    publication = publishing()
    assert wait_until(lambda: database.shards.count_documents({}) > N_SHARDS // 4, SECONDS)

    killed = workers.pop()
    os.killpg(killed.pid, signal.SIGKILL)  # with its executor and the Python processes of that
    n_then = database.shards.count_documents({})
    end(publication)

    workers.append(start_worker())
    document, lists = published(database)
    assert n_then < N_SHARDS == database.shards.count_documents({})
    assert (document["lists_hash"], lists) == (here[0]["lists_hash"], here[1])
    assert (document["n_attempts"], document["counts"]) == (1, here[0]["counts"])


def test_ials_learns_on_the_cluster_when_this_machine_has_no_memory_left(on_cluster, lake):
    printed = end(on_cluster("tests.stack.cluster_training"))

    told, share_of_people = printed.splitlines()
    assert "it learns on spark://" in told
    assert float(share_of_people) == 1
    assert not list(Path(lake.root).glob("scratch/*"))
