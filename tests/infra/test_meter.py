import subprocess
import sys

import pytest

from infra.meter import Meter, peak_memory

MEGABYTES_100 = 100 * 2**20
WORK = "import time\nwhile time.process_time() < 0.5: pass"
HOLD = f"held = b'x' * {MEGABYTES_100}; print('ready', flush=True); input()"


@pytest.fixture
def holder():
    """A process that holds 100 megabytes."""
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.communicate(b"\n")


def test_work_of_a_process_that_has_ended_counts():
    meter = Meter()

    subprocess.run([sys.executable, "-c", WORK], check=True)

    assert meter.took().processor_seconds >= 0.5
    assert meter.took().seconds > 0


def test_work_of_before_does_not_count():
    subprocess.run([sys.executable, "-c", WORK], check=True)

    assert Meter().took().processor_seconds < 0.5


def test_memory_of_before_does_not_count():
    held = b"x" * 2 * MEGABYTES_100
    most = peak_memory()
    del held

    Meter()

    assert peak_memory() < most - MEGABYTES_100


def test_memory_of_a_process_that_still_runs_counts(holder):
    assert Meter().took().peak_memory_bytes > peak_memory() + MEGABYTES_100
