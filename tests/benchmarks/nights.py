"""Whole nights on generated ratings, each stage in a process of its own, and the ETL's peers beside it."""

from contextlib import contextmanager
from pathlib import Path

from pymongo import MongoClient

from infra.local import servers
from infra.settings import MongodbSettings
from pipelines.capacity.growth import ETL, PUBLISH, TRAIN
from pipelines.capacity.runs import Cost, Run
from pipelines.capacity.workload import Workload
from pipelines.publication.tonight import LIST_LENGTH
from tests.benchmarks.processes import run
from tests.benchmarks.samples import SIZES, sample
from tests.benchmarks.world import running
from tests.conftest import free_port

PEERS = {"spark": "bare Spark", "polars": "polars"}


def run_night(size, folder):
    """Return what each stage of a size took, by its name, with the ETL's peers, and the night as a recorded run."""
    archive, took, disk = sample(size), {}, {}
    for peer, name in PEERS.items():
        (folder / peer).mkdir(parents=True)
        took[name] = run("tests.benchmarks.etl_peers", peer, archive, folder / peer)
    with started_mongodb(folder / "mongodb") as mongodb:
        for stage in (ETL, TRAIN, PUBLISH):
            took[stage] = run("tests.benchmarks.night", stage, archive, folder, mongodb.address)
        disk[PUBLISH] = size_of_database(mongodb)
    disk |= {ETL: size_of(folder / "lake"), TRAIN: sum(path.stat().st_size for path in folder.glob("*.npz"))}
    costs = {stage: Cost(took[stage].processor_seconds, took[stage].peak_memory_bytes, disk[stage]) for stage in disk}
    return took, Run(Workload(*SIZES[size], LIST_LENGTH), costs)


@contextmanager
def started_mongodb(folder):
    mongodb = MongodbSettings(port=free_port())
    server = servers.mongodb(mongodb, folder)
    [command] = server.programs.values()
    with running(command, server.folder, server.environment, server.answers):
        server.settle()
        yield mongodb


def size_of_database(mongodb):
    with MongoClient(mongodb.address) as client:
        client.admin.command("fsync")  # sizes are as of the last checkpoint
        told = client["bench"].command("dbStats")
    return told["storageSize"] + told["indexSize"]


def size_of(folder: Path):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
