"""Many who want the same at the same time ask for it once."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")


class SingleFlight:
    """Questions on their way, by key."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[Any]] = {}

    async def share(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, Found]]) -> Found:
        """Return the answer to `ask`, or to the same question asked by someone else and not answered yet.

        Whoever loses patience leaves the question on its way, for the others.
        """
        if key not in self._flights:
            self._flights[key] = asyncio.create_task(ask())
            self._flights[key].add_done_callback(lambda _: self._flights.pop(key))
        return await asyncio.shield(self._flights[key])

    async def close(self) -> None:
        """Call off what is on its way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
