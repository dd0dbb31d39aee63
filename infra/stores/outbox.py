"""What was done but not yet told: the relay moves it from MongoDB to the stream `interactions`, at least once.

An entry leaves the outbox only after Redis took it, so a crash in between tells it again, with the same id.
"""

import asyncio
import logging
from contextlib import suppress

from pymongo.asynchronous.database import AsyncDatabase

from infra.stores.events import EventStore, Interaction
from infra.stores.mongodb import Document, doing
from infra.stores.user_layout import OUTBOX, ensure_indexes

AT_A_TIME = 100
POLL_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
TURN_SECONDS = 5.0  # a process killed in its turn holds the others up for no longer

log = logging.getLogger(__name__)


class Outbox:
    """The outbox of one database."""

    def __init__(self, database: AsyncDatabase[Document], events: EventStore) -> None:
        self._database = database
        self._outbox = database[OUTBOX]
        self._events = events

    async def relay(self, stopping: asyncio.Event) -> None:
        """Move what there is, over and over, until `stopping`; wait longer and longer while a server is away.

        Every process of the API may do this: they take turns. It is told to stop, not cancelled: drivers may take a
        cancellation for the end of their own time limit, and swallow it.
        """
        pause, has_indexes = POLL_SECONDS, False
        while not stopping.is_set():
            try:
                if not has_indexes:
                    await ensure_indexes(self._database)
                    has_indexes = True
                while not stopping.is_set() and await self.move():
                    pass
            except Exception as error:  # whatever it is, a relay that ended would never tell anything again
                if pause == POLL_SECONDS:
                    log.warning("events wait in the outbox: %r", error)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                pause = POLL_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)

    async def move(self) -> int:
        """Move the oldest entries, those of one user in their order; return how many.

        Raises ServerUnreachable when MongoDB or Redis does not answer; what was not moved stays.
        """
        if not await self._oldest(limit=1):
            return 0
        async with self._events.turn(patience_seconds=0, lasts_seconds=TURN_SECONDS) as is_ours:
            words = await self._oldest(AT_A_TIME) if is_ours else []
            if words:
                await self._events.tell([_interaction(word) for word in words])
                with doing():
                    await self._outbox.delete_many({"_id": {"$in": [word["_id"] for word in words]}})
        return len(words)

    async def _oldest(self, limit: int) -> list[Document]:
        with doing():
            return await self._outbox.find(sort={"happened_at": 1, "_id": 1}, limit=limit).to_list()


def _interaction(word: Document) -> Interaction:
    return Interaction(**{"id" if name == "_id" else name: value for name, value in word.items()})
