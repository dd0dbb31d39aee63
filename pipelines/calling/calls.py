"""One request to the API, asked again while it may still be answered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter
from typing import Any, NamedTuple, TypeVar

import httpx

Thing = TypeVar("Thing")

N_ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.2
"""Before the second attempt; each pause is twice the one before."""

PATIENCE_SECONDS = 10.0
NO_STATUS = 0
"""The status of a call that no attempt brought an answer to."""


class Call(NamedTuple):
    """How a request ended: the last answer, None where none came, and the seconds with every pause in them."""

    answer: httpx.Response | None
    seconds: float
    n_attempts: int

    @property
    def status(self) -> int:
        """The status of the answer, or NO_STATUS."""
        return self.answer.status_code if self.answer else NO_STATUS


def connect(address: str, n_callers: int) -> httpx.AsyncClient:
    """Return a client that keeps as many connections as there are callers."""
    limits = httpx.Limits(max_connections=n_callers, max_keepalive_connections=n_callers)
    timeout = httpx.Timeout(PATIENCE_SECONDS, pool=None)
    return httpx.AsyncClient(base_url=address, limits=limits, timeout=timeout, trust_env=False)


async def call(client: httpx.AsyncClient, method: str, address: str, **content: Any) -> Call:
    """Ask until there is an answer that is no failure of the server, N_ATTEMPTS times at most."""
    began_at, answer = perf_counter(), None
    for n_attempts in range(1, N_ATTEMPTS + 1):
        answer = await _attempt(client, method, address, **content)
        if n_attempts == N_ATTEMPTS or (answer and not answer.is_server_error):
            break
        await asyncio.sleep(FIRST_PAUSE_SECONDS * 2 ** (n_attempts - 1))
    return Call(answer, perf_counter() - began_at, n_attempts)


async def _attempt(client: httpx.AsyncClient, method: str, address: str, **content: Any) -> httpx.Response | None:
    try:
        return await client.request(method, address, **content)
    except httpx.TransportError:
        return None


async def at_once(n_callers: int, things: Iterable[Thing], do: Callable[[Thing], Awaitable[None]]) -> None:
    """Do it for all things, in their order, `n_callers` at a time."""
    waiting = iter(things)

    async def go_on() -> None:
        for thing in waiting:
            await do(thing)

    async with asyncio.TaskGroup() as callers:
        for _ in range(n_callers):
            callers.create_task(go_on())
