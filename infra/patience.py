"""Waiting for an answer, but not for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

N_LAST_LOOKS = 20
N_LAST_LOOKS_AROUND = 3 * N_LAST_LOOKS
"""For who waits for someone with patience, whose last looks may begin at the same moment."""


@asynccontextmanager
async def patience(seconds: float, n_last_looks: int = N_LAST_LOOKS) -> AsyncIterator[None]:
    """Raise TimeoutError inside the block after that time, unless the answer is already there.

    A loop that is busy with other requests wakes this one late although its answer came in time. So the end is put off
    by `n_last_looks` passes of the loop, each of which takes in what has arrived; an idle loop does them in no time.
    """
    loop = asyncio.get_running_loop()
    next_look: asyncio.Handle
    async with asyncio.timeout(None) as limit:

        def look(n_left: int) -> None:
            nonlocal next_look
            if n_left:
                next_look = loop.call_soon(look, n_left - 1)
            else:
                limit.reschedule(loop.time())

        next_look = loop.call_later(seconds, look, n_last_looks)
        try:
            yield
        finally:
            next_look.cancel()
