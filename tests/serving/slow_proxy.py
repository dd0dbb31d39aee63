"""A way to a server that can be made slow, as a process of its own: one inside the test would be slow by itself.

`python -m tests.serving.slow_proxy <port>` prints the port it listens on, and takes delays in seconds, one per line.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).parents[2]


class SlowProxy:
    """Passes bytes on between callers and a port of this machine, each `delay_seconds` after it came."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._delay_seconds = 0.0

    async def run(self) -> None:
        """Serve until nobody is there to say how slowly."""
        server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            self._delay_seconds = float(line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection(LOOPBACK, self._target)
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while read := await reader.read(65536):
                await asyncio.sleep(self._delay_seconds)
                writer.write(read)
                await writer.drain()
        writer.close()


class Remote:
    """The proxy, for the test that started it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(process.stdout.readline())

    def delay(self, seconds: float) -> None:
        """Hold everything up for so long, from now on."""
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()


@contextmanager
def slow_proxy(target: int) -> Iterator[Remote]:
    """Run a proxy in front of a port."""
    command = [sys.executable, "-m", "tests.serving.slow_proxy", str(target)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Remote(process)
        process.terminate()


if __name__ == "__main__":
    asyncio.run(SlowProxy(int(sys.argv[1])).run())
