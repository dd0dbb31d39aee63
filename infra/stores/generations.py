"""The life of generations: lists are written aside, checked, and put in force by moving one pointer.

building ──> published ──> retired
    └──────> refused

One that was refused only for being unlike the last can be taken up again, and accepted.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NoReturn, Self

from pymongo import ASCENDING
from pymongo.client_session import ClientSession

from infra.errors import GenerationRefused
from infra.revision import git_commit
from infra.stores.beginnings import NEWEST_FIRST, left_off, new_id
from infra.stores.flips import becomes, put_in_force, roll_back
from infra.stores.generation_contents import GenerationContents
from infra.stores.generation_layout import (
    GENERATIONS,
    POINTER,
    SERVING_STATE,
    State,
    generation_of,
)
from infra.stores.ledger import SHARDS, Ledger
from infra.stores.manifest import Check
from infra.stores.mongodb import Document, answering, connect, without_password
from infra.stores.promotions import this_person
from infra.stores.verdicts import Verdict


class GenerationStore:
    """The generations of one database, and the pointer to the one in force.

    Everything here raises ServerUnreachable when MongoDB does not answer.
    """

    def __init__(self, address: str, database: str) -> None:
        self._address = address
        self._client = connect(address)
        self._database = self._client[database]
        self._generations = self._database[GENERATIONS]
        self._serving_state = self._database[SERVING_STATE]

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        """Travel to another process as an address, with a connection of its own there."""
        return type(self), (self._address, self._database.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ensure_indexes(self) -> None:
        """Create the index behind "the newest of this state"; safe to repeat."""
        with answering(self._address):
            self._generations.create_index([("state", ASCENDING), *NEWEST_FIRST])

    def begin(
        self,
        snapshot_date: date,
        models: Mapping[str, Mapping[str, Any]],
        began_at: datetime,
        inputs: Mapping[str, Any],
    ) -> str:
        """Return the id of a generation that nobody is pointed at; `inputs` is all that decides what it holds.

        One of the same inputs that an earlier run left half-done is gone on with, and so is the newest if it was only
        held by comparisons, so that it need not be made again to be accepted. Any other is refused and dropped.
        That goes for a run that is still writing too: it ends with GenerationRefused at its next shard, and the
        newcomer goes on.
        """
        with answering(self._address):
            generation = left_off(self._generations, inputs) or new_id(self._generations, began_at)
            others = {"state": State.BUILDING, "_id": {"$ne": generation}}
            given_up = becomes(State.REFUSED, f"it was not finished when {generation} began")
            self._generations.update_many(others, given_up)
            begun = {
                "state": State.BUILDING,
                "snapshot_date": snapshot_date.isoformat(),
                "models": dict(models),
                "inputs": dict(inputs),
                "git_commit": git_commit(),
                "who": this_person(),
                "began_at": began_at,
            }
            self._generations.update_one({"_id": generation}, {"$setOnInsert": begun, "$inc": {"n_attempts": 1}}, True)
            self._drop_unwanted()
        return generation

    def contents(self, generation: str) -> GenerationContents:
        """Return the collections of a generation, to be written."""
        return GenerationContents(self._database, self._address, generation)

    def in_force(self) -> str | None:
        """Return the generation readers are pointed at."""
        with answering(self._address):
            pointer = self._serving_state.find_one({"_id": POINTER})
        return pointer["generation"] if pointer else None

    def document(self, generation: str) -> Document:
        """Return what is known of a generation."""
        with answering(self._address):
            return self._generations.find_one({"_id": generation}) or {}

    def ledger(self, generation: str) -> Ledger:
        """Return what is finished of a generation."""
        return Ledger(self._database, self._address, generation)

    def describe(self, generation: str, facts: Mapping[str, Any]) -> None:
        """Add facts to the document of a generation; raises GenerationRefused when it is no longer in the making."""
        with answering(self._address):
            self._change(generation, {"$set": dict(facts)})

    def require_building(self, generation: str) -> None:
        """Raise GenerationRefused when a generation is no longer in the making."""
        with answering(self._address):
            if not self._generations.find_one({"_id": generation, "state": State.BUILDING}, {"_id": True}):
                raise self._given_up(generation)

    def publish(
        self,
        generation: str,
        counts: Mapping[str, int],
        checks: Sequence[Check],
        comparisons: Sequence[Check] = (),
        accept: str | None = None,
        report: str | None = None,
    ) -> None:
        """Put a generation in force if `Verdict` has nothing against it, retire those beyond the last N_KEPT.

        The pointer and the states change in one transaction. A failed check leaves the generation refused, its lists
        there to be looked at until the next publication, and the one in force where it is. The lists of users who
        deleted their account since they were counted are taken out in the same transaction.
        Raises GenerationRefused when a check failed, or when another publication gave this generation up.
        """
        verdict = Verdict(checks, comparisons, accept, report)
        proof = {"counts": dict(counts), **verdict.record(this_person())}
        with answering(self._address):
            if verdict.against:
                self._refuse(generation, verdict.why, proof)
            ends = becomes(State.PUBLISHED, verdict.why, **proof)
            with self._client.start_session() as session:
                session.with_transaction(lambda session: self._put_in_force(generation, ends, session))
            self._drop_unwanted()

    def roll_back(self, why: str | None = None) -> tuple[str, str]:
        """Point readers at the published generation before the one in force; return the one left and the one reached.

        The one left is retired, so rolling back again goes further back, never forth.
        Raises NoGeneration when none is in force, or no published one before it is kept.
        """
        with answering(self._address), self._client.start_session() as session:
            return session.with_transaction(lambda session: roll_back(self._database, self._place, why, session))

    def _put_in_force(self, generation: str, ends: Document, session: ClientSession) -> None:
        self._change(generation, ends, session)
        self.contents(generation).leave_out_deleted(session)
        put_in_force(self._database, generation, session)

    def _refuse(self, generation: str, why: str, proof: Document) -> NoReturn:
        self._change(generation, becomes(State.REFUSED, why, **proof))
        raise GenerationRefused(
            f"generation {generation} in {self._place} failed its checks and was refused, the one in force stays: {why}"
        )

    def _change(self, generation: str, change: Document, session: ClientSession | None = None) -> None:
        building = {"_id": generation, "state": State.BUILDING}
        if not self._generations.update_one(building, change, session=session).matched_count:
            raise self._given_up(generation)

    def _given_up(self, generation: str) -> GenerationRefused:
        return GenerationRefused(
            f"generation {generation} in {self._place} was given up, because another publication began while "
            "it was being written, or was finished by another; that one goes on"
        )

    def _drop_unwanted(self) -> None:
        """Drop the collections and shards of every generation that readers are never pointed at again."""
        alive = self._generations.find({"state": {"$in": [State.PUBLISHED, State.BUILDING]}}, {"_id": True})
        wanted = {document["_id"] for document in alive}
        for name in self._database.list_collection_names():
            generation = generation_of(name)
            if generation and generation not in wanted:
                self._database.drop_collection(name)
        self._database[SHARDS].delete_many({"generation": {"$nin": list(wanted)}})

    @property
    def _place(self) -> str:
        return f"database `{self._database.name}` of {without_password(self._address)}"
