"""All shards on a Spark cluster: its machines compute them as this one would, and write them themselves."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from pyspark.sql import SparkSession
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from infra.errors import MachineUnfit
from infra.stores.generations import GenerationStore
from infra.stores.ledger import Shard
from pipelines.publication.carry_over import Making
from pipelines.publication.make_shard import make_shard
from pipelines.publication.tonight import Tonight

LOOK_SECONDS = 1.0
TOLD = 2_000  # characters of what a cluster says, which is pages


def make_shards_on_cluster(
    spark: SparkSession, shards: Sequence[Shard], tonight: Tonight, store: GenerationStore, making: Making
) -> None:
    """Make shards of a generation, each a task of its own, which Spark gives to another machine where one dies.

    Every Python process of the cluster gets `tonight` once. Raises MachineUnfit when a shard fails again and again.
    """
    if not shards:
        return
    shared = spark.sparkContext.broadcast(tonight)

    def make(part: Iterable[Shard]) -> None:
        with store, threadpool_limits(1, "blas"):
            for shard in part:
                make_shard(shard, shared.value, store, making)

    tasks = spark.sparkContext.parallelize(shards, len(shards))
    with ThreadPoolExecutor(1) as background, tqdm(total=len(shards), unit=" shards", disable=None) as progress:
        n_before = len(store.ledger(making.generation).records())
        job = background.submit(tasks.foreachPartition, make)
        try:
            while wait([job], LOOK_SECONDS).not_done:
                progress.update(len(store.ledger(making.generation).records()) - n_before - progress.n)
        finally:
            spark.sparkContext.cancelAllJobs()  # when this is interrupted
    if error := job.exception():
        store.require_building(making.generation)  # if it was given up meanwhile, that is why
        raise MachineUnfit(
            f"the cluster {spark.sparkContext.master} could not make the lists: look at the logs of its executors, and "
            f"run this again, which goes on with what is finished. It said: {str(error)[:TOLD]}"
        ) from error
    shared.destroy()
