"""Asks the near-line worker for new lists, on the Redis stream `recommendation_requests`.

An entry has one field, `event`, which is JSON: `id` (handling one twice changes nothing), `user_id`, `why`, and
`request_id`, the id in the logs of the HTTP request that found the list out of date.
"""

import asyncio
import json
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from redis.asyncio import Redis

from infra.errors import ServerUnreachable
from infra.stores.guard import PAUSE_SECONDS, Guard

STREAM = "recommendation_requests"

QUIET = timedelta(minutes=5)
"""A user's list is asked for once in this time, however often it is looked at."""

MOST_WAITING = 10_000
"""Requests kept while Redis is away; what comes beyond them is asked for again when the user comes back."""

SEND = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
    redis.call('XADD', KEYS[2], '*', 'event', ARGV[3])
    return 1
end
return 0
"""
"""In one step: a mark without its entry would silence a user, and an entry without its mark would come twice."""


class Request(NamedTuple):
    """What a stream entry says."""

    id: str
    user_id: int
    why: str
    request_id: str


class RecommendationRequests:
    """Takes requests without waiting, and sends them while `send_all` runs; in memory they outlast an outage."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        self._redis = redis
        self._guard = guard
        self._waiting: asyncio.Queue[Request] = asyncio.Queue(MOST_WAITING)
        self._asked_at: dict[int, datetime] = {}

    def ask(self, request: Request, now: datetime) -> None:
        """Ask for a user's list, unless that was done in the last QUIET minutes."""
        self._forget_before(now - QUIET)
        if request.user_id not in self._asked_at and not self._waiting.full():
            self._asked_at[request.user_id] = now
            self._waiting.put_nowait(request)

    async def send(self, request: Request) -> bool:
        """Send one now, unless its user's list was asked for in the last QUIET minutes; return whether it was sent.

        Raises ServerUnreachable.
        """
        marks = [f"asked:{request.user_id}", STREAM]
        event = json.dumps(request._asdict())
        seconds = int(QUIET.total_seconds())
        asking = partial(self._redis.eval, SEND, len(marks), *marks, request.id, seconds, event)
        return bool(await self._guard.ask(asking))

    async def send_all(self) -> None:
        """Send what is waiting, and what comes, until cancelled."""
        while True:
            request = await self._waiting.get()
            while not await self._is_sent(request):
                await asyncio.sleep(PAUSE_SECONDS)

    async def _is_sent(self, request: Request) -> bool:
        try:
            await self.send(request)
        except ServerUnreachable:
            return False
        return True

    def _forget_before(self, time: datetime) -> None:
        """Forget the oldest; a dictionary keeps the order in which its keys came."""
        while self._asked_at and next(iter(self._asked_at.values())) < time:
            del self._asked_at[next(iter(self._asked_at))]
