"""Questions of the same moment travel together, and nobody asks for what is already being asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import chain
from typing import Generic, TypeVar

from infra.ending import end

MOST_AT_ONCE = 64
"""So many keys travel together: enough to share the cost of a question, too few to hold up the loop by the answer."""

LONGEST_GATHERING_SECONDS = 0.005
"""So long keys are gathered at most while others are being read: those may hang, or take a new generation in."""

Told = TypeVar("Told")
Answer = TypeVar("Answer")


class Batches(Generic[Told, Answer]):
    """Gathers keys during one pass of the event loop, or while others are being read, and reads them together.

    `read` gets the keys, each with what its first asker told, and returns an answer for every one of them.
    """

    def __init__(self, read: Callable[[Mapping[int, Told]], Awaitable[Mapping[int, Answer]]]) -> None:
        self._read = read
        self._gathered: dict[int, Told] = {}
        self._askers: dict[int, list[asyncio.Future[Answer]]] = {}
        self._readings: set[asyncio.Task[None]] = set()

    def ask(self, key: int, told: Told) -> asyncio.Future[Answer]:
        """Return what the answer will be; whoever loses patience may cancel it, which calls off nobody else's."""
        loop = asyncio.get_running_loop()
        asker: asyncio.Future[Answer] = loop.create_future()
        if key in self._askers:
            self._askers[key].append(asker)
            return asker
        self._askers[key] = [asker]
        if not self._gathered:
            loop.call_later(LONGEST_GATHERING_SECONDS if self._readings else 0.0, self._send)
        self._gathered[key] = told
        if len(self._gathered) == MOST_AT_ONCE:
            self._send()
        return asker

    async def close(self) -> None:
        """Call off what is being read, and whoever waits for it."""
        self._gathered.clear()
        await end(self._readings)
        for asker in chain.from_iterable(self._askers.values()):
            asker.cancel()

    def _send(self) -> None:
        asked, self._gathered = self._gathered, {}
        if asked:
            reading = asyncio.get_running_loop().create_task(self._read_for_all(asked))
            self._readings.add(reading)
            reading.add_done_callback(self._end)

    def _end(self, reading: asyncio.Task[None]) -> None:
        self._readings.discard(reading)
        self._send()

    async def _read_for_all(self, asked: Mapping[int, Told]) -> None:
        try:
            answers = await self._read(asked)
        except Exception as error:  # a mistake of ours, which every asker has to hear of
            for key in asked:
                for asker in self._take(key):
                    asker.set_exception(error)
        else:
            for key in asked:
                for asker in self._take(key):
                    asker.set_result(answers[key])

    def _take(self, key: int) -> list[asyncio.Future[Answer]]:
        """Return who asked for a key and still waits; whoever asks from now on asks anew."""
        return [asker for asker in self._askers.pop(key) if not asker.done()]
