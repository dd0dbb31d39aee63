"""The last lines of the servers' logs."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

TAIL_BYTES = 64 * 1024  # logs grow to 10 MB, and their last lines are in here


def last_lines(log: Path, n: int) -> list[str]:
    """Return the last `n` lines of a log; none when it was never written."""
    if not log.exists():
        return []
    with log.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - TAIL_BYTES))
        return stream.read().decode(errors="replace").splitlines()[-n:]


def tails(logs: Iterable[Path], n: int) -> Iterator[str]:
    """Yield the last `n` lines of each log, under a heading that names the file."""
    for log in logs:
        yield f"==> {log} <=="
        yield from last_lines(log, n)
