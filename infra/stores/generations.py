"""The life of generations: lists are written aside, checked, and put in force by moving one pointer.

building ──> published ──> retired
    └──────> refused
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn, Self

from pymongo import ASCENDING, DESCENDING
from pymongo.client_session import ClientSession

from infra.errors import GenerationRefused, NoGeneration
from infra.revision import git_commit
from infra.stores.generation_contents import GenerationContents
from infra.stores.generation_layout import (
    GENERATIONS,
    POINTER,
    SERVING_STATE,
    State,
    begun_at,
    generation_id,
    generation_of,
)
from infra.stores.ledger import SHARDS, Ledger
from infra.stores.manifest import Check
from infra.stores.mongodb import Document, answering, connect, without_password
from infra.stores.promotions import this_person
from infra.stores.verdicts import Verdict

N_KEPT = 3
"""How many published generations stay, the one in force included: as far back as rollbacks can go."""

NEWEST_FIRST = [("_id", DESCENDING)]


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
            self._take_up_held(inputs)
            building = self._generations.find({"state": State.BUILDING}, sort=NEWEST_FIRST)
            same = next((found["_id"] for found in building if found.get("inputs") == inputs), None)
            generation = same or self._new_id(began_at)
            others = {"state": State.BUILDING, "_id": {"$ne": generation}}
            self._generations.update_many(
                others, _becomes(State.REFUSED, f"it was not finished when {generation} began")
            )
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
            ends = _becomes(State.PUBLISHED, verdict.why, **proof)
            with self._client.start_session() as session:
                session.with_transaction(lambda session: self._put_in_force(generation, ends, session))
            self._drop_unwanted()

    def roll_back(self, why: str | None = None) -> tuple[str, str]:
        """Point readers at the published generation before the one in force; return the one left and the one reached.

        The one left is retired, so rolling back again goes further back, never forth.
        Raises NoGeneration when none is in force, or no published one before it is kept.
        """

        def flip(session: ClientSession) -> tuple[str, str]:
            pointer = self._serving_state.find_one({"_id": POINTER}, session=session)
            if pointer is None:
                raise NoGeneration(f"no generation is published in {self._place}: run `make publish`")
            left = pointer["generation"]
            earlier = {"state": State.PUBLISHED, "_id": {"$lt": left}}
            target = self._generations.find_one(earlier, sort=NEWEST_FIRST, session=session)
            if target is None:
                raise NoGeneration(
                    f"nothing to return to in {self._place}: {left} is in force, and no published generation before it "
                    "is kept; run `make publish` for a new one"
                )
            reached = target["_id"]
            retired = _becomes(State.RETIRED, f"rolled back to {reached}: {why or 'no reason given'}")
            returned = {"returned_to": {"at": datetime.now(UTC), "from": left, "why": why}}
            self._generations.update_one({"_id": left}, retired, session=session)
            self._generations.update_one({"_id": reached}, {"$push": returned}, session=session)
            self._point_at(reached, session)
            return left, reached

        with answering(self._address), self._client.start_session() as session:
            return session.with_transaction(flip)

    def _put_in_force(self, generation: str, ends: Document, session: ClientSession) -> None:
        self._change(generation, ends, session)
        self.contents(generation).leave_out_deleted(session)
        published = self._generations.find({"state": State.PUBLISHED}, sort=NEWEST_FIRST, session=session)
        old = [document["_id"] for document in published.skip(N_KEPT)]
        retired = _becomes(State.RETIRED, f"{N_KEPT} newer ones are published")
        self._generations.update_many({"_id": {"$in": old}}, retired, session=session)
        self._point_at(generation, session)

    def _refuse(self, generation: str, why: str, proof: Document) -> NoReturn:
        self._change(generation, _becomes(State.REFUSED, why, **proof))
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

    def _take_up_held(self, inputs: Mapping[str, Any]) -> None:
        newest = self._generations.find_one(sort=NEWEST_FIRST)  # the lists of any before it are gone
        if newest and newest.get("is_held") and newest.get("inputs") == inputs:
            self._generations.update_one({"_id": newest["_id"]}, {"$set": {"state": State.BUILDING}})

    def _new_id(self, began_at: datetime) -> str:
        """Return an id that grows even within a second, or after the clock was set back."""
        newest = self._generations.find_one(sort=NEWEST_FIRST)
        return generation_id(max(began_at, begun_at(newest["_id"]) + timedelta(seconds=1)) if newest else began_at)

    def _point_at(self, generation: str, session: ClientSession) -> None:
        moved = {"$set": {"generation": generation, "moved_at": datetime.now(UTC)}}
        self._serving_state.update_one({"_id": POINTER}, moved, upsert=True, session=session)

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


def _becomes(state: State, why: str, **fields: Any) -> Document:
    return {"$set": {"state": state, f"{state}_at": datetime.now(UTC), "why": why, **fields}}
