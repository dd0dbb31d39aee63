"""What is missing of a generation is made, and its document told what came of all shards."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.parallelism import free_memory
from infra.stores.generation_layout import MAKERS
from infra.stores.generations import GenerationStore
from infra.stores.ledger import ShardRecord
from pipelines.publication.actuals import Actual, of_shards
from pipelines.publication.carry_over import begin_carry_over
from pipelines.publication.generation_figures import GenerationFigures
from pipelines.publication.hashes import add_hashes
from pipelines.publication.local import N_WORKERS, MakeShards
from pipelines.publication.shards import fitting_size, missing_shards
from pipelines.publication.tonight import Tonight


def make_missing(
    tonight: Tonight, store: GenerationStore, generation: str, make_shards: MakeShards
) -> list[ShardRecord]:
    """Make the shards that are not in the ledger yet, and return what it says of all."""
    making = begin_carry_over(tonight, store, generation)
    ledger = store.ledger(generation)
    made = [record.shard for record in ledger.records()]
    size = fitting_size(tonight.n, N_WORKERS, free_memory())
    missing = [shard for lists in MAKERS for shard in missing_shards(lists, len(tonight.ids(lists)), made, size)]
    if made:
        print(f"{len(made)} shards were finished before, {len(missing)} are missing")
    make_shards(missing, tonight, store, making)
    return ledger.records()


def describe(
    records: Sequence[ShardRecord],
    figures: GenerationFigures,
    took: Mapping[str, Actual],
    store: GenerationStore,
    generation: str,
) -> None:
    """Note in the generation what its shards add up to."""
    of_lists = {lists: [record for record in records if record.content is lists] for lists in MAKERS}
    facts: dict[str, Any] = {
        "lists_hash": add_hashes(record.lists_hash for record in records),
        "figures": figures.as_document(),
        "saved": {lists: _kept(shards) for lists, shards in of_lists.items()},
        "actuals": {**took, **{lists: of_shards(shards) for lists, shards in of_lists.items()}},
    }
    store.describe(generation, facts)
    for lists, saved in facts["saved"].items():
        print(f"{lists}: {saved['n_kept']:,} kept from the generation before, {saved['n_computed']:,} computed")


def _kept(records: Sequence[ShardRecord]) -> dict[str, int]:
    """Return how many lists were kept from the generation before, and how many were computed."""
    return {"n_kept": sum(each.n_kept for each in records), "n_computed": sum(each.n_computed for each in records)}
