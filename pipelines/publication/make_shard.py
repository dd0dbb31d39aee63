"""One shard from beginning to end, here or on a machine of a cluster."""

import time

import numpy as np

from infra.meter import peak_memory
from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore
from infra.stores.ledger import Shard, ShardRecord
from infra.stores.list_encoding import StoredLists, joined
from pipelines.publication.carry_over import Making, read_last, unchanged
from pipelines.publication.hashes import hash_lists
from pipelines.publication.lists import make_lists
from pipelines.publication.side_by_side import figures_of
from pipelines.publication.tonight import Tonight


def make_shard(shard: Shard, tonight: Tonight, store: GenerationStore, making: Making) -> ShardRecord:
    """Write the lists of a shard, kept where nothing has changed, and return what the ledger now says of it.

    Safe to repeat, and to be done by two at a time. Raises GenerationRefused when the generation is no longer in the
    making.
    """
    began = time.perf_counter()
    store.require_building(making.generation)
    content, ids = shard.content, tonight.ids(shard.content)[shard.first : shard.stop]
    last = read_last(tonight, store, making, content, ids)
    kept = last.where(unchanged(tonight, content, last) & making.is_last_trusted)
    made = make_lists(tonight, content, np.setdiff1d(ids, kept.ids, assume_unique=True))
    _write(content, kept, made, store, making)
    lists = joined(made, kept)
    record = ShardRecord(
        *shard,
        n_kept=len(kept.ids),
        n_computed=len(made.ids),
        lists_hash=hash_lists(lists.ids, lists.movie_ids, lists.scores),
        figures=figures_of(content, lists, last, tonight).as_document(),
        seconds=time.perf_counter() - began,
        peak_memory_bytes=peak_memory(),
    )
    store.ledger(making.generation).add(record)
    return record


def _write(content: Content, kept: StoredLists, made: StoredLists, store: GenerationStore, making: Making) -> None:
    contents = store.contents(making.generation)
    contents.write_lists(content, *made)
    if making.last and contents.copy_lists(content, kept.ids, making.last) < len(kept.ids):
        contents.write_lists(content, *kept)  # some were renewed or removed since they were read
