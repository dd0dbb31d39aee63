"""Which running processes are ours, by the process id that each program notes when it starts."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

CLOCK_SECONDS = 2.0  # kernels tell when a process began only to about a second
KILL_AFTER_SECONDS = 10.0


def note(pid_file: Path) -> None:
    """Record the running process as the one `pid_file` speaks of."""
    pid_file.write_text(f"{os.getpid()}\n")


def family(pid_file: Path) -> set[psutil.Process]:
    """Return the recorded process and what came of it: its process group, also where the leader is gone, and theirs."""
    try:
        pid = int(pid_file.read_text())
        noted_at = pid_file.stat().st_mtime
    except FileNotFoundError:
        return set()
    if _is_a_strangers(pid, noted_at):
        return set()
    members = {process for process in psutil.process_iter() if _group_id(process) == pid}
    return {relative for member in members if _is_alive(member) for relative in (member, *_descendants(member))}


def end(processes: Iterable[psutil.Process]) -> None:
    """End those that still run: asked first, killed after KILL_AFTER_SECONDS."""
    left = [process for process in processes if _is_alive(process)]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(left, KILL_AFTER_SECONDS)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _is_a_strangers(pid: int, noted_at: float) -> bool:
    """Tell whether the number went to another process after ours had ended."""
    try:
        return psutil.Process(pid).create_time() > noted_at + CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False


def _group_id(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except (ProcessLookupError, PermissionError):
        return None


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
