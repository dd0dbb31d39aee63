import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

from infra.local import processes
from infra.local.probes import wait_until

SLEEP = "import time; time.sleep(60)"
PARENT = f"""
import subprocess, sys
in_the_group = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
of_its_own_session = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], start_new_session=True)
print(in_the_group.pid, of_its_own_session.pid, flush=True)
in_the_group.wait()
"""


@pytest.fixture
def start():
    """Start Python programs that are certainly gone after the test."""
    started = []

    def start_python(code):
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield start_python
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def parent(start):
    """A process with a child in its process group and one outside: their ids."""
    process = start(PARENT)
    children = [int(pid) for pid in process.stdout.readline().split()]
    yield process, children
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def note(tmp_path, pid):
    file = tmp_path / "program.pid"
    file.write_text(f"{pid}\n")
    return file


def pids(family):
    return {process.pid for process in family}


def test_a_process_notes_itself(tmp_path):
    processes.note(tmp_path / "program.pid")

    assert (tmp_path / "program.pid").read_text() == f"{os.getpid()}\n"


def test_a_family_is_the_process_its_group_and_their_children(tmp_path, parent):
    process, children = parent

    assert pids(processes.family(note(tmp_path, process.pid))) == {process.pid, *children}


def test_a_child_in_the_group_outlives_its_parent_and_is_still_of_the_family(tmp_path, parent):
    process, (in_the_group, _) = parent
    file = note(tmp_path, process.pid)
    process.kill()
    process.wait()

    assert pids(processes.family(file)) == {in_the_group}


def test_a_stranger_who_got_the_number_is_not_of_the_family(tmp_path, start):
    process = start(SLEEP)
    file = note(tmp_path, process.pid)
    before_it_began = time.time() - 60
    os.utime(file, (before_it_began, before_it_began))

    assert processes.family(file) == set()


def test_nothing_is_recorded_before_the_first_start(tmp_path):
    assert processes.family(tmp_path / "program.pid") == set()


def test_ending_a_family_leaves_others_alone(tmp_path, parent, start):
    process, children = parent
    stranger = start(SLEEP)

    processes.end(processes.family(note(tmp_path, process.pid)))

    process.wait(5)
    assert wait_until(lambda: not any(psutil.pid_exists(pid) for pid in children), 5)
    assert stranger.poll() is None


def test_one_that_will_not_go_is_killed(tmp_path, start, monkeypatch):
    monkeypatch.setattr(processes, "KILL_AFTER_SECONDS", 0.5)
    stubborn = start(
        f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {SLEEP}"
    )
    stubborn.stdout.readline()

    processes.end(processes.family(note(tmp_path, stubborn.pid)))

    assert stubborn.wait(5) == -9
