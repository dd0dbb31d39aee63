"""What is on record about one generation: what it was made from, and how it was judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from pymongo import DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import NoGeneration
from infra.stores.generation_documents import decode, read_models
from infra.stores.generation_layout import GENERATIONS, MAKERS, Content, State
from infra.stores.manifest import Check
from infra.stores.mongodb import Document, doing
from infra.stores.ranked_movies import ModelVersion


@dataclass(frozen=True, slots=True)
class SnapshotInputs:
    """A feature snapshot: its date, the attempt that was in force, and the content hash of every table."""

    date: str
    attempt: str
    tables: Mapping[str, str]

    @property
    def name(self) -> str:
        """The date and the attempt, as `Snapshot.name` of the lake."""
        return f"{self.date}/{self.attempt}"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a generation was made from: models by role, the hash of the lock file, and the length `n` of a list."""

    snapshot: SnapshotInputs
    models: Mapping[str, ModelVersion]
    git_commit: str
    requirements: str
    n: int


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """A generation: `model` made the lists of its users, and `lists_hash` is over all of its lists.

    `inputs` and `lists_hash` are None for one of before they were kept.
    """

    id: str
    snapshot_date: str
    model: ModelVersion | None
    git_commit: str
    inputs: Inputs | None
    checks: tuple[Check, ...]
    lists_hash: str | None


INPUTS = TypeAdapter(Inputs)
CHECKS = TypeAdapter(tuple[Check, ...])


async def read_generation(database: AsyncDatabase[Document], snapshot_date: str | None) -> GenerationRecord:
    """Return the newest generation of a date, or of all, that was once in force; raises NoGeneration."""
    wanted: Document = {"state": {"$in": [State.PUBLISHED, State.RETIRED]}}
    if snapshot_date:
        wanted["snapshot_date"] = snapshot_date
    with doing():
        about = await database[GENERATIONS].find_one(wanted, sort={"_id": DESCENDING})
    if about is None:
        raise NoGeneration(f"no generation of the snapshot of {snapshot_date or 'any date'} was ever published")
    return as_record(about["_id"], about)


def as_record(generation: str, about: Mapping[str, Any]) -> GenerationRecord:
    """Return what the document of a generation says."""
    return GenerationRecord(
        generation,
        about.get("snapshot_date", "unknown"),
        read_models(about).get(MAKERS[Content.USER_LISTS]),
        about.get("git_commit", "unknown"),
        decode(INPUTS, about["inputs"], GENERATIONS) if "inputs" in about else None,
        decode(CHECKS, about.get("checks", ()), GENERATIONS) or (),
        about.get("lists_hash"),
    )
