"""Waiting for an answer, but not for long."""

import asyncio
from types import TracebackType

SHORTEST_PAUSE_SECONDS = 0.001
"""Between two looks at the clock: uvloop tells no less apart."""

MOST_LOOKS = 100
MOST_PAUSES = 2


class Patience:
    """Raises TimeoutError inside its block when the event loop has run for so long, and no answer has come.

    A loop that is held up, by other requests or by a machine without processor time to spare, takes in no answer, which
    is not the fault of whoever was asked. So the clock is looked at again and again, and however late a look comes, it
    counts for MOST_PAUSES pauses at most.

    It is a class because every request waits with it, and a generator that does the same takes half as long again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds_left = seconds
        self._pause = max(seconds / MOST_LOOKS, SHORTEST_PAUSE_SECONDS)
        self._limit = asyncio.timeout(None)

    async def __aenter__(self) -> None:
        """Begin to wait."""
        self._loop = asyncio.get_running_loop()
        await self._limit.__aenter__()
        self._pause_and_look()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait no longer; raise TimeoutError if it took too long."""
        self._next_look.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _pause_and_look(self) -> None:
        self._looked_at = self._loop.time()
        self._next_look = self._loop.call_later(self._pause, self._look)

    def _look(self) -> None:
        self._seconds_left -= min(self._loop.time() - self._looked_at, MOST_PAUSES * self._pause)
        if self._seconds_left > 0:
            self._pause_and_look()
        else:
            self._limit.reschedule(self._loop.time())
