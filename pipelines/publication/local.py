"""All shards on this machine: while one is written, the next is computed."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from infra.stores.generations import GenerationStore
from infra.stores.ledger import Shard, ShardRecord
from pipelines.publication.carry_over import Making
from pipelines.publication.make_shard import make_shard
from pipelines.publication.tonight import Tonight

N_WORKERS = 2

MakeShards = Callable[[Sequence[Shard], Tonight, GenerationStore, Making], None]
"""Has shards made, here or elsewhere, all of them or until one fails."""


def make_shards_here(shards: Sequence[Shard], tonight: Tonight, store: GenerationStore, making: Making) -> None:
    """Make shards of a generation, N_WORKERS at a time; killed anywhere, those in the ledger are finished."""

    def make(shard: Shard) -> ShardRecord:
        return make_shard(shard, tonight, store, making)

    with (
        threadpool_limits(1, "blas"),  # the models' threads share the users already
        ThreadPoolExecutor(N_WORKERS) as workers,
        tqdm(total=sum(shard.stop - shard.first for shard in shards), unit=" lists", disable=None) as progress,
    ):
        for record in workers.map(make, shards):
            progress.set_description(record.content)
            progress.update(record.stop - record.first)
