"""What the supervisor starts for each program: `python -m infra.local.program FOLDER NAME`.

Ends what an earlier run of the program left behind, for an orphan would keep the port; notes its own process id; and
becomes the program.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.local import processes


def pid_file(folder: Path, name: str) -> Path:
    """Return the file in which a program notes its process id."""
    return folder / f"{name}.pid"


def save(folder: Path, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Write down what the program is, for the user's eyes only: there are keys in the environment."""
    definition = folder / f"{name}.json"
    definition.touch(mode=0o600)
    definition.write_text(json.dumps({"command": command, "environment": environment}, indent=1))


def become(folder: Path, name: str) -> None:
    """Turn this process into the saved program."""
    processes.end(processes.family(pid_file(folder, name)))
    processes.note(pid_file(folder, name))
    definition = json.loads((folder / f"{name}.json").read_text())
    os.execve(definition["command"][0], definition["command"], {**os.environ, **definition["environment"]})


if __name__ == "__main__":
    become(Path(sys.argv[1]), sys.argv[2])
