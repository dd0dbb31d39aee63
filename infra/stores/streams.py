"""Reading event streams in groups: every event goes to one consumer of each group, at least once.

What a consumer takes is pending until it says `done`. If it does not, since it failed or was killed, any consumer of
the group takes it again: once more with others, then alone, so that an event that kills its consumer takes no other
along. After MOST_TRIES it goes to the dead letters with the reason.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from infra.stores.dead_letters import letter
from infra.stores.redis import answering

MOST_TRIES = 5
SECOND = 2
BEGINNING = "0-0"
RETRY_SECONDS = 10.0
"""What is pending for longer is taken again; a consumer that is only slow has done it twice then, which is safe."""

AT_A_TIME = 100
KEPT_UNREAD = 10_000
"""A stream that no group reads is a window on what happened last, of about so many events."""

TAKE_AGAIN = """
local found = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], 'COUNT', 1, 'JUSTID')
local looked_until, id = found[1], found[2][1]
if not id then return {looked_until} end
local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
if not entry then
    redis.call('XACK', KEYS[1], ARGV[1], id)
    return {looked_until}
end
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id)
return {looked_until, id, entry[2], redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1][4]}
"""
"""Take over what is pending too long and count a try; XAUTOCLAIM alone tells neither the tries nor which entry of them
was deleted. It looks at a few pending entries at a time, hence `looked_until`."""


@dataclass(frozen=True)
class Event:
    """A stream entry; `text` is its JSON, `n_tries` counts this one."""

    stream: str
    entry_id: str
    text: str
    n_tries: int = 1


class Consumer:
    """One consumer of a group; everything here raises ServerUnreachable when Redis does not answer.

    `client` answers with text, and has more patience than `wait_seconds`.
    """

    def __init__(self, client: Redis, group: str, streams: Sequence[str], retry_seconds: float = RETRY_SECONDS) -> None:
        self._client = client
        self._group = group
        self._retry_ms = int(retry_seconds * 1_000)
        self._streams = tuple(streams)
        self._name = uuid4().hex
        self._alone: Event | None = None

    async def take(self, wait_seconds: float) -> list[Event]:
        """Return events to try again, or those that nobody has taken, AT_A_TIME of each stream; wait for the first.

        A group that does not exist begins with the oldest event there is.
        """
        with answering():
            try:
                return await self._take_again() or await self._take_new(wait_seconds)
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                await self._create_groups()
                return await self._take_new(wait_seconds)

    async def done(self, events: Sequence[Event]) -> None:
        """Say that these need not be taken again."""
        with answering():
            async with self._client.pipeline(transaction=False) as pipeline:
                for event in events:
                    pipeline.xack(event.stream, self._group, event.entry_id)
                await pipeline.execute()

    async def failed(self, event: Event, reason: str) -> bool:
        """Leave an event to be tried again, or make it a dead letter after MOST_TRIES; return which, true for dead."""
        if event.n_tries < MOST_TRIES:
            return False
        with answering():
            async with self._client.pipeline(transaction=True) as pipeline:
                letter(pipeline, event.stream, self._group, event.text, reason, event.n_tries)
                pipeline.xack(event.stream, self._group, event.entry_id)
                await pipeline.execute()
        return True

    async def _take_new(self, wait_seconds: float) -> list[Event]:
        unread = dict.fromkeys(self._streams, ">")
        block = int(wait_seconds * 1_000)
        found: Any = await self._client.xreadgroup(self._group, self._name, cast(Any, unread), AT_A_TIME, block)
        streams = found.items() if isinstance(found, dict) else found or ()
        return [Event(stream, entry_id, _text(fields)) for stream, entries in streams for entry_id, fields in entries]

    async def _take_again(self) -> list[Event]:
        """Return what is tried for the second time together, and what is tried more often alone."""
        if self._alone:
            alone, self._alone = self._alone, None
            return [alone]
        second: list[Event] = []
        for stream in self._streams:
            async for event in self._overdue(stream):
                if event.n_tries > SECOND:
                    self._alone = event if second else None
                    return second or [event]
                second.append(event)
                if len(second) == AT_A_TIME:
                    return second
        return second

    async def _overdue(self, stream: str) -> AsyncIterator[Event]:
        """Take over what is pending too long, one by one as it is asked for; what had all its tries dies."""
        looked_until = BEGINNING
        while True:
            found = await self._client.eval(
                TAKE_AGAIN, 1, stream, self._group, self._name, str(self._retry_ms), looked_until
            )
            looked_until, *claimed = cast(Any, found)
            if claimed:
                entry_id, fields, n_tries = claimed
                event = Event(stream, entry_id, _text(dict(zip(fields[::2], fields[1::2], strict=True))), n_tries)
                if event.n_tries <= MOST_TRIES:
                    yield event
                else:
                    await self.failed(event, "whoever took it ended before it was done, each time")
            if looked_until == BEGINNING:
                return

    async def _create_groups(self) -> None:
        for stream in self._streams:
            try:
                await self._client.xgroup_create(stream, self._group, "0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise


async def trim(client: Redis, stream: str) -> int:
    """Drop what every group of a stream is done with, and return how many entries that was.

    What was not taken, or taken and not done, stays, of the slowest group too.
    """
    with answering():
        if not await client.exists(stream):
            return 0
        groups: Any = await client.xinfo_groups(stream)
        if not groups:
            return await client.xtrim(stream, maxlen=KEPT_UNREAD)
        needed = [await _first_needed(client, stream, group) for group in groups]
        return await client.xtrim(stream, minid=min(needed, key=_order), approximate=False)


async def _first_needed(client: Redis, stream: str, group: Any) -> str:
    """Return an id that no later pending or untaken entry comes before, even if it is taken meanwhile."""
    pending: Any = await client.xpending(stream, group["name"])
    taken = str(group["last-delivered-id"])
    return min(str(pending["min"]), taken, key=_order) if pending["min"] else taken


def _order(entry_id: str) -> tuple[int, int]:
    milliseconds, number = entry_id.split("-")
    return int(milliseconds), int(number)


def _text(fields: Any) -> str:
    return str(fields.get("event", ""))
