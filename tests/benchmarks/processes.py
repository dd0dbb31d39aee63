"""Work done in a process of its own, and what it took: so that nothing done before counts in its memory."""

import subprocess
import sys
from contextlib import suppress
from time import perf_counter

import psutil

from infra.took import Took

SECONDS_BETWEEN_LOOKS = 0.2


def run(module, *arguments):
    """Run `python -m <module> <arguments>` and return what it took with what it started; shared memory counts once."""
    began_at, peak, processor = perf_counter(), 0, {}
    process = psutil.Popen([sys.executable, "-m", module, *map(str, arguments)], stdout=subprocess.DEVNULL)
    while process.poll() is None:
        memory = 0
        for each in tree(process):
            with suppress(psutil.NoSuchProcess):
                memory += each.memory_full_info().pss
                processor[each.pid] = sum(each.cpu_times()[:2])
        peak = max(peak, memory)
        with suppress(psutil.TimeoutExpired):
            process.wait(SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        raise SystemExit(f"{module} {' '.join(map(str, arguments))} ended with {process.returncode}")
    return Took(perf_counter() - began_at, sum(processor.values()), peak)


def tree(process):
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []
