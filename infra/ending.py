"""Ending what runs beside requests, in bounded time."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

BETWEEN_SECONDS = 0.05
PATIENCE_SECONDS = 5.0

log = logging.getLogger(__name__)


async def end(tasks: Iterable[asyncio.Future[Any]], patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Cancel tasks again and again until they have ended; leave one that never does, with a line in the log.

    Once is not enough: a driver may take a cancellation for the end of its own time limit and report a timeout, and
    what waits for the driver goes on. PyMongo does in one of ten cases.
    """
    going_on = set(tasks)
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_seconds):
            while going_on:
                for task in going_on:
                    task.cancel()
                _, going_on = await asyncio.wait(going_on, timeout=BETWEEN_SECONDS)
    for task in going_on:
        log.warning("%s goes on although it was told to end %g seconds ago", task, patience_seconds)
