"""One near-line worker: takes events, and renews the lists of the users they are about."""

import asyncio
import json
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from pymongo.asynchronous.database import AsyncDatabase

from infra.logs import NO_REQUEST
from infra.stores.events import INTERACTIONS
from infra.stores.histories import read_histories
from infra.stores.model_updates import STREAM as MODEL_UPDATED
from infra.stores.mongodb import Document
from infra.stores.recent_interactions import KINDS
from infra.stores.recommendation_requests import STREAM as REQUESTS
from infra.stores.registry import RECOMMENDER
from infra.stores.streams import Event
from infra.stores.user_lists import UserLists
from pipelines.near_line.champion import Champions, Wanted
from pipelines.near_line.figures import count_batch
from pipelines.near_line.lists import make_lists

GROUP = "refresh_worker"
STREAMS = (INTERACTIONS, REQUESTS, MODEL_UPDATED)

LIST_LENGTH = 100

log = logging.getLogger(__name__)


class Worker:
    """Renews lists in batches; everything here raises ServerUnreachable when MongoDB or Redis does not answer."""

    def __init__(
        self, database: AsyncDatabase[Document], lists: UserLists, champions: Champions, n: int = LIST_LENGTH
    ) -> None:
        self._database = database
        self._lists = lists
        self._champions = champions
        self._n = n

    async def handle(self, events: Sequence[Event]) -> None:
        """Renew the list of every user the events are about, once. Without a generation there is nothing to renew.

        At the word of a new champion it is loaded beside the work.
        Raises ValueError, KeyError or TypeError for an event that cannot be read.
        """
        user_ids = sorted({user_id for user_id in map(user_of, events) if user_id is not None})
        began = time.perf_counter()
        if any(event.stream == MODEL_UPDATED for event in events):
            await self.keep_up()
        if user_ids:
            await self.renew(user_ids)
            seconds = time.perf_counter() - began
            count_batch(len(user_ids), seconds)
            log.info("%d events, %d lists in %.3f s", len(events), len(user_ids), seconds)
        for event in events:
            log.info("handled", extra={"told": {"stream": event.stream, **ids_of(event)}})

    async def renew(self, user_ids: Sequence[int]) -> None:
        """Make new lists of users, who are all different, and put them into the generation that is in force then."""
        while not await self._is_renewed(user_ids):
            pass

    async def keep_up(self) -> None:
        """Have the champion of now loaded, if it is another one and there is a generation to renew lists in."""
        state = await self._lists.in_force()
        if state.generation:
            await self._champions.newest(Wanted(state.champions.get(RECOMMENDER), state.generation))

    async def _is_renewed(self, user_ids: Sequence[int]) -> bool:
        """Write lists into the generation in force; return whether it still is when they are there."""
        state = await self._lists.in_force()
        if state.generation is None:
            return True
        champion = await self._champions.newest(Wanted(state.champions.get(RECOMMENDER), state.generation))
        generated_at = _now()
        done = await read_histories(self._database, user_ids)
        lists = await asyncio.to_thread(make_lists, champion, user_ids, done, generated_at, self._n)
        await self._lists.write(state.generation, lists)
        await self._lists.remove_deleted(user_ids)
        return (await self._lists.in_force()).generation == state.generation


def user_of(event: Event) -> int | None:
    """Return whose list an event is about, None for one that changes no list, such as a review or a new champion.

    Raises ValueError, KeyError or TypeError when that cannot be read.
    """
    told = json.loads(event.text)
    if event.stream == MODEL_UPDATED or (event.stream == INTERACTIONS and told["kind"] not in KINDS):
        return None
    return int(told["user_id"])


def ids_of(event: Event) -> dict[str, object]:
    """Return the event's own id, and that of the request it came of, for the log."""
    told = json.loads(event.text)
    return {"event_id": told.get("id"), "request_id": told.get("request_id", NO_REQUEST)}


def _now() -> datetime:
    """Return the time as MongoDB keeps it, in milliseconds."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1_000 * 1_000)
