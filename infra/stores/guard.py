"""Keeps requests from waiting for a server that does not answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from circuitbreaker import CircuitBreaker

from infra.ending import end
from infra.errors import ServerUnreachable
from infra.patience import Patience
from infra.stores.time_limit import TimeLimit

N_FAILURES = 5
"""So many questions in a row fail before no more are asked: one slow answer is no outage. Questions that were on their
way together and fail together count as one, for a single pause of this process or of the server stops them all."""

PAUSE_SECONDS = 2
"""How long none are asked then; the first answer after that ends the outage, the first failure renews the pause."""

N_AT_ONCE = 32
"""Questions on their way; the time of those that wait for their turn does not run yet."""

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class Guard:
    """A circuit breaker and a time limit around every question to one server.

    `failures` is the base of the errors by which its driver says that the server is at fault.
    """

    def __init__(self, server: str, timeout_ms: int, failures: type[Exception]) -> None:
        self.server = server
        self._limit = TimeLimit(timeout_ms / 1_000)
        self._failures = (failures, TimeoutError)
        self._breaker = CircuitBreaker(N_FAILURES, PAUSE_SECONDS, self._failures, server)
        self._at_once = asyncio.Semaphore(N_AT_ONCE)
        self._last_failed_at = 0.0
        self._on_their_way: set[asyncio.Future[Any]] = set()

    @property
    def state(self) -> str:
        """Say `closed` (all is well), `open` (nothing is asked) or `half_open` (the next question decides)."""
        return str(self._breaker.state)

    @property
    def stretch(self) -> float:
        """Say how many times as long as on a quiet machine an answer may take now."""
        return self._limit.stretch

    async def ask(self, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return the answer; raise ServerUnreachable when it fails or takes too long, or at once in an outage.

        A question that takes too long is left to its driver's own, longer limit. If its answer comes soon after, that
        was no outage but a busy machine, and the next ones may take longer.
        """
        async with self._at_once:
            if self._breaker.opened:
                raise ServerUnreachable(f"{self.server} did not answer a moment ago")
            asked_at = monotonic()
            try:
                async with Patience(self._limit.seconds):
                    answer = await self._left_on_its_way(question())
            except self._failures as error:
                if asked_at >= self._last_failed_at:
                    self._count(error)
                raise ServerUnreachable(f"{self.server} does not answer: {error!r}") from error
            return answer

    async def close(self) -> None:
        """Call off what is still on its way: left to the end of the event loop, it could keep that from ending."""
        await end(self._on_their_way)

    async def _left_on_its_way(self, question: Awaitable[Answer]) -> Answer:
        """Wait for an answer without calling the question off when the wait is over.

        A question called off while it takes or makes a connection of pymongo's pool never gives its place back: a few
        of these, and the pool waits for ever for connections that nobody makes.
        """
        asked = asyncio.ensure_future(question)
        self._on_their_way.add(asked)
        asked.add_done_callback(partial(self._note_end, monotonic()))
        return await asyncio.shield(asked)

    def _note_end(self, asked_at: float, asked: asyncio.Future[Any]) -> None:
        self._on_their_way.discard(asked)
        has_failed = asked.cancelled() or asked.exception()  # late failures are nobody's
        if not has_failed and self._limit.note(monotonic() - asked_at):
            self._breaker.reset()

    def _count(self, error: Exception) -> None:
        self._last_failed_at = monotonic()
        was_closed = self._breaker.closed
        with suppress(*self._failures), self._breaker:
            raise error
        if was_closed and self._breaker.opened:
            log.warning("%s does not answer, requests go on without it: %r", self.server, error)
