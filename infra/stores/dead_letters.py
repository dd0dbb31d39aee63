"""Events that could not be handled, on the stream `dead_letters`.

stream, group     where it came from, and who could not handle it
event             as it was
reason, n_tries   why, the last time, and after how many
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from infra.stores.redis import answering

STREAM = "dead_letters"


class DeadLetter(NamedTuple):
    """An event that was given up."""

    entry_id: str
    stream: str
    group: str
    event: str
    reason: str
    n_tries: int


def letter(pipeline: Pipeline, stream: str, group: str, event: str, reason: str, n_tries: int) -> None:
    """Add the command that appends a dead letter to a transaction."""
    fields = {"stream": stream, "group": group, "event": event, "reason": reason, "n_tries": n_tries}
    pipeline.xadd(STREAM, cast(Any, fields))


async def dead_letters(client: Redis) -> list[DeadLetter]:
    """Return all of them, the oldest first; raises ServerUnreachable."""
    with answering():
        entries: Any = await client.xrange(STREAM)
    return [_dead_letter(entry_id, fields) for entry_id, fields in entries]


async def replay(client: Redis) -> int:
    """Put every dead letter back at the end of its stream, and return how many; raises ServerUnreachable.

    Each moves in one step, so a replay that is cut off loses and doubles nothing. All groups of the stream get it
    again, which changes nothing for those that had handled it.
    """
    dead = await dead_letters(client)
    with answering():
        for each in dead:
            await client.eval(MOVE, 2, STREAM, each.stream, each.entry_id, each.event)
    return len(dead)


MOVE = """
if redis.call('XDEL', KEYS[1], ARGV[1]) == 1 then redis.call('XADD', KEYS[2], '*', 'event', ARGV[2]) end
"""
"""Whoever removes the letter puts the event back, so two replays at once put it back once."""


def _dead_letter(entry_id: str, fields: Mapping[str, str]) -> DeadLetter:
    told = {name: fields[name] for name in ("stream", "group", "event", "reason")}
    return DeadLetter(entry_id=entry_id, n_tries=int(fields["n_tries"]), **told)
