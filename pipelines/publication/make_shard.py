"""One shard from beginning to end, here or on a machine of a cluster."""

import time

from infra.parallelism import peak_memory
from infra.stores.generations import GenerationStore
from infra.stores.ledger import Shard, ShardRecord
from pipelines.publication.figures import figures_of
from pipelines.publication.hashes import as_text, hash_lists
from pipelines.publication.lists import make_lists
from pipelines.publication.tonight import Tonight


def make_shard(shard: Shard, tonight: Tonight, store: GenerationStore, generation: str) -> ShardRecord:
    """Compute the lists of a shard, write them, and return what the ledger now says of it; safe to repeat.

    Raises GenerationRefused when the generation is no longer in the making.
    """
    began = time.perf_counter()
    store.require_building(generation)
    made = make_lists(tonight, shard.content, tonight.ids(shard.content)[shard.first : shard.stop])
    store.contents(generation).write_lists(shard.content, made.ids, *made.lists, made.n_by_source)
    record = ShardRecord(
        *shard,
        n_kept=0,
        n_computed=len(made.ids),
        lists_hash=as_text(hash_lists(made.ids, made.lists)),
        figures=figures_of(shard.content, made, tonight),
        seconds=time.perf_counter() - began,
        peak_memory_bytes=peak_memory(),
    )
    store.ledger(generation).add(record)
    return record
