"""Which shards of a generation are finished: one document each in `shards`, written when all lists of it are.

_id `<generation>/<content>/<first>`, generation, content, first, stop, n_kept, n_computed, lists_hash, figures,
seconds, peak_memory_bytes
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

from pymongo.database import Database

from infra.stores.generation_layout import Content
from infra.stores.mongodb import Document, answering

SHARDS = "shards"


class Shard(NamedTuple):
    """Rows `first` to `stop`, exclusive, of the ascending ids that lists of a content are for."""

    content: Content
    first: int
    stop: int


@dataclass(frozen=True)
class ShardRecord:
    """What became of a shard: lists kept from the generation before, lists computed, and the hash over all of them.

    `figures` are additive; `seconds` are those of one worker, `peak_memory_bytes` of its whole process.
    """

    content: Content
    first: int
    stop: int
    n_kept: int
    n_computed: int
    lists_hash: str
    figures: Mapping[str, Any]
    seconds: float
    peak_memory_bytes: int

    @property
    def shard(self) -> Shard:
        """The shard this is about."""
        return Shard(self.content, self.first, self.stop)


class Ledger:
    """The finished shards of one generation; everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, database: Database[Document], address: str, generation: str) -> None:
        self._shards = database[SHARDS]
        self._address = address
        self._generation = generation

    def add(self, record: ShardRecord) -> None:
        """Note that a shard is finished; safe to repeat.

        The note is on a majority of the servers, and they apply writes in order, so the lists are there with it.
        """
        key = f"{self._generation}/{record.content}/{record.first}"
        with answering(self._address):
            self._shards.replace_one({"_id": key}, {"generation": self._generation, **asdict(record)}, upsert=True)

    def records(self) -> list[ShardRecord]:
        """Return what is finished, by content and row."""
        names = [field.name for field in fields(ShardRecord)]
        with answering(self._address):
            found = list(self._shards.find({"generation": self._generation}).sort([("content", 1), ("first", 1)]))
        return [
            ShardRecord(**{**{name: document[name] for name in names}, "content": Content(document["content"])})
            for document in found
        ]
