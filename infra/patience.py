"""Waiting for an answer, but not for long."""

import asyncio
from types import TracebackType

N_LAST_LOOKS = 20
N_LAST_LOOKS_AROUND = 3 * N_LAST_LOOKS
"""For who waits for someone with patience, whose last looks may begin at the same moment."""


class Patience:
    """Raises TimeoutError inside its block after that time, unless the answer is already there.

    A loop that is busy with other requests wakes this one late although its answer came in time. So the end is put off
    by `n_last_looks` passes of the loop, each of which takes in what has arrived; an idle loop does them in no time.

    It is a class because every request waits with it, and a generator that does the same takes twice the time.
    """

    def __init__(self, seconds: float, n_last_looks: int = N_LAST_LOOKS) -> None:
        self._seconds = seconds
        self._n_last_looks = n_last_looks
        self._limit = asyncio.timeout(None)
        self._next_look: asyncio.Handle

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._next_look = asyncio.get_running_loop().call_later(self._seconds, self._look, self._n_last_looks)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._next_look.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _look(self, n_left: int) -> None:
        loop = asyncio.get_running_loop()
        if n_left:
            self._next_look = loop.call_soon(self._look, n_left - 1)
        else:
            self._limit.reschedule(loop.time())
