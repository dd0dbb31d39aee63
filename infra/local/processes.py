"""Which running processes are ours, by the process id that each program notes when it starts."""

import os
from collections.abc import Sequence
from pathlib import Path

import psutil

CLOCK_SECONDS = 2.0  # kernels tell when a process began only to about a second
KILL_AFTER_SECONDS = 10.0


def note(pid_file: Path) -> None:
    """Record the running process as the one `pid_file` speaks of."""
    pid_file.write_text(f"{os.getpid()}\n")


def group(pid_file: Path) -> list[psutil.Process]:
    """Return the recorded process and those it has started, also where only the latter are left."""
    try:
        pid = int(pid_file.read_text())
        noted_at = pid_file.stat().st_mtime
    except FileNotFoundError:
        return []
    if _is_a_strangers(pid, noted_at):
        return []
    members = (process for process in psutil.process_iter(["status"]) if _group_id(process) == pid)
    return [process for process in members if process.info["status"] != psutil.STATUS_ZOMBIE]


def end(pid_files: Sequence[Path]) -> None:
    """End the recorded processes and those they have started: asked first, killed after KILL_AFTER_SECONDS."""
    members = [process for pid_file in pid_files for process in group(pid_file)]
    for process in members:
        process.terminate()
    for process in psutil.wait_procs(members, KILL_AFTER_SECONDS)[1]:
        process.kill()
    for pid_file in pid_files:
        pid_file.unlink(missing_ok=True)


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
