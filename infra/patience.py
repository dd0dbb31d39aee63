"""Waiting for an answer, but not for long."""

import asyncio
from itertools import chain, repeat
from types import TracebackType

N_PAUSES = 4
N_LAST_LOOKS = 20
N_LAST_LOOKS_AROUND = 3 * N_LAST_LOOKS
"""For who waits for someone with patience, whose last looks may begin at the same moment."""


class Patience:
    """Raises TimeoutError inside its block when the event loop has run for so long, and no answer has come.

    A loop that is held up, by other requests or by a machine without processor time to spare, takes in no answer, which
    is not the fault of whoever was asked. So the time is waited in N_PAUSES pauses, of which one begins when the loop
    gets to see the end of the other: however long it is held up, that costs one. Then come `n_last_looks` passes of the
    loop, each of which takes in what has arrived; an idle loop does them in no time.

    It is a class because every request waits with it, and a generator that does the same takes half as long again.
    """

    def __init__(self, seconds: float, n_last_looks: int = N_LAST_LOOKS) -> None:
        self._delays = chain(repeat(seconds / N_PAUSES, N_PAUSES), repeat(0.0, n_last_looks))
        self._limit = asyncio.timeout(None)

    async def __aenter__(self) -> None:
        """Begin to wait."""
        self._loop = asyncio.get_running_loop()
        await self._limit.__aenter__()
        self._wait()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait no longer; raise TimeoutError if it took too long."""
        self._next_look.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _wait(self) -> None:
        delay = next(self._delays, None)
        if delay is None:
            self._limit.reschedule(self._loop.time())
        else:
            self._next_look = self._loop.call_later(delay, self._wait)
