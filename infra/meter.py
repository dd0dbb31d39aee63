"""Measuring what work takes of this machine."""

import resource
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import psutil

from infra.took import Took


class Meter:
    """Measures from its making on, this process and all that it starts; its memory of before too where not on Linux."""

    def __init__(self) -> None:
        _forget_peak()
        self._began = perf_counter()
        self._processor_seconds = _processor_seconds()

    def took(self) -> Took:
        """Return what it took so far; the memory is that of each process at its worst."""
        peak = peak_memory() + sum(_peak_of(child) for child in psutil.Process().children(recursive=True))
        return Took(perf_counter() - self._began, _processor_seconds() - self._processor_seconds, peak)


def peak_memory() -> int:
    """Return the most bytes of memory this process has had since a meter was made, or since it began."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def _forget_peak() -> None:
    """Begin the peak memory of this process anew: what a stage before it took is not what this one takes."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # man 5 proc_pid_clear_refs


def _peak_of(process: psutil.Process) -> int:
    """Return the most bytes another process has had so far, as far as Linux says."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return 0


def _processor_seconds() -> float:
    """Return what this process, those it started and those that they waited for have used so far."""
    total = 0.0
    for process in [me := psutil.Process(), *me.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total
