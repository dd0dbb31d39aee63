"""Scenarios in which everyone waits for an answer; where none comes, that is a failure and no test that hangs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE_SECONDS = 20

Outcome = TypeVar("Outcome")


def play(scenario: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """Return what a scenario returns; raises TimeoutError."""

    async def in_time() -> Outcome:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await scenario()

    return asyncio.run(in_time())
