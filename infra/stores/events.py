"""The event streams in Redis: small JSON entries with ids of their own, so that handling one twice changes nothing."""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from redis.asyncio import Redis

from infra.logs import NO_REQUEST
from infra.stores.redis import answering

INTERACTIONS = "interactions"

TURN = "outbox_turn"
READ_AT_A_TIME = 1_000

NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Interaction:
    """Something a user did with a movie.

    `id` is `<user_id>-<n>`, the user's n-th interaction, from 1 and without gaps: it is the same however often the
    event arrives. `rating` is 0.5 to 5 by halves, and None unless one was given; `is_removed` means that it was undone.
    `request_id` is the id in the logs of the HTTP request that asked for it, which older events do not have.
    """

    id: str
    user_id: int
    movie_id: int
    kind: str
    rating: float | None
    is_removed: bool
    happened_at: datetime
    request_id: str = NO_REQUEST

    def to_entry(self) -> dict[Any, Any]:
        """Return the fields of a stream entry: one, `event`, which is JSON."""
        return {"event": json.dumps({**asdict(self), "happened_at": self.happened_at.isoformat()})}

    @classmethod
    def from_entry(cls, fields: Mapping[str, str]) -> "Interaction":
        """Return what `to_entry` was given."""
        told = json.loads(fields["event"])
        return cls(**{**told, "happened_at": datetime.fromisoformat(told["happened_at"])})


class EventStore:
    """The streams of one Redis. Everything here raises ServerUnreachable when Redis does not answer."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def tell(self, interactions: Sequence[Interaction]) -> None:
        """Append to the stream `interactions`, all of them or none, in this order."""
        with answering():
            async with self._client.pipeline(transaction=True) as pipeline:
                for interaction in interactions:
                    pipeline.xadd(INTERACTIONS, interaction.to_entry())
                await pipeline.execute()

    @asynccontextmanager
    async def turn(self, patience_seconds: float, lasts_seconds: float) -> AsyncIterator[bool]:
        """Be the only one, of all processes, who moves or removes events; yields whether the turn came in time.

        A turn that is never given back, since its process was killed, ends after `lasts_seconds`.
        """
        lock = self._client.lock(TURN, timeout=lasts_seconds)
        with answering():
            is_ours = await lock.acquire(blocking_timeout=patience_seconds)
        try:
            yield is_ours
        finally:
            if is_ours:
                with answering():
                    await lock.release()

    async def forget(self, user_ids: Sequence[int]) -> dict[str, int]:
        """Remove every stream entry and every key that names one of these users; return how many of each there were.

        A key names a user when the id stands in it as a whole number, so a cache needs no list of its keys.
        """
        if not user_ids:
            return {}
        ids = set(map(str, user_ids))

        def names(text: str) -> bool:
            return not ids.isdisjoint(NUMBER.findall(text))

        removed = {}
        with answering():
            async for stream in self._client.scan_iter(count=READ_AT_A_TIME, _type="stream"):
                removed[f"redis stream {stream}"] = await self._forget_entries(stream, names)
            keys = [key async for key in self._client.scan_iter(count=READ_AT_A_TIME) if names(key)]
            removed["redis keys"] = await self._client.delete(*keys) if keys else 0
        return removed

    async def _forget_entries(self, stream: str, names: Callable[[str], bool]) -> int:
        n_removed, start = 0, "-"
        while entries := cast(Any, await self._client.xrange(stream, min=start, count=READ_AT_A_TIME)):
            theirs = [entry_id for entry_id, fields in entries if any(map(names, fields.values()))]
            n_removed += await self._client.xdel(stream, *theirs) if theirs else 0
            start = f"({entries[-1][0]}"
        return n_removed
