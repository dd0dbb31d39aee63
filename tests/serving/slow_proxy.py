"""A way to a server that can be made slow."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOPBACK = "127.0.0.1"


class SlowProxy:
    """Passes bytes on between callers and a port of this machine, each `delay_seconds` after it came."""

    def __init__(self, target: int) -> None:
        self.delay_seconds = 0.0
        self.port = 0
        self._target = target

    async def listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):  # asyncio complains of a cancelled connection
            there, back = await asyncio.open_connection(LOOPBACK, self._target)
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while read := await reader.read(65536):
                await asyncio.sleep(self.delay_seconds)
                writer.write(read)
                await writer.drain()
        writer.close()


@contextmanager
def slow_proxy(target: int) -> Iterator[SlowProxy]:
    """Run a proxy in a thread of its own."""
    loop, proxy = asyncio.new_event_loop(), SlowProxy(target)
    server = loop.run_until_complete(proxy.listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield proxy
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(_end_all_but_this())
    loop.close()


async def _end_all_but_this() -> None:
    passing = asyncio.all_tasks() - {asyncio.current_task()}
    for task in passing:
        task.cancel()
    await asyncio.gather(*passing, return_exceptions=True)
