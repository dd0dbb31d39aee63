"""What the machine must have before anything is installed or started.

Runs as `python3 infra/local/machine.py` too, before there is a `.venv`: only the standard library is imported here.
"""

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

GIB = 2**30
PYTHONS = ((3, 11), (3, 13))  # the oldest and the newest that the lock file resolves for
JAVAS = (17, 21)  # what Spark 4 supports
SPARK_MODULE = "jdk.incubator.vector"  # Spark's linear algebra; runtimes cut down to java.base lack it
MEMORY_GIB = 5.5  # the servers and a night of ml-latest-small stay under 6; a machine sold with 6 shows a little less
DISK_GIB = 2.0  # servers' data, logs, archives and snapshots of the first nights
VENV_DISK_GIB = 5.0  # .venv takes 2.2, and as much again while the wheels are unpacked
MONGODB_LIBRARIES = {"libcurl.so.4": "libcurl4", "libssl.so.3": "libssl3"}  # linked, but not brought, by its wheel


def problems(folder: Path) -> list[str]:
    """Return what is missing to install and run in `folder`, one line each with the mend; nothing when all is well."""
    return [*_python(), *_compiler(), *_java(), *_libraries(), *_memory(), *_disk(folder)]


def _python() -> Iterator[str]:
    version = sys.version_info[:2]
    if not PYTHONS[0] <= version <= PYTHONS[1]:
        yield (
            f"Python {version[0]}.{version[1]} is not supported: install Python 3.11, 3.12 or 3.13 "
            f"and name it, such as `make demo PYTHON=python3.11`"
        )
    if importlib.util.find_spec("ensurepip") is None:
        yield f"this Python cannot make environments: `apt-get install python3.{version[1]}-venv`"


def _compiler() -> Iterator[str]:
    if sys.version_info[:2] != (3, 11):
        return  # from 3.12 on every package comes built
    if shutil.which("gcc") is None:
        yield "gcc is missing, and a package is compiled for Python 3.11: `apt-get install gcc`"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        yield "Python's headers are missing, and a package is compiled for 3.11: `apt-get install python3.11-dev`"


def _java() -> Iterator[str]:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin")) if home else None)
    mend = "install a JDK 17 or 21 (`apt-get install openjdk-17-jdk-headless`), or point JAVA_HOME to one"
    if java is None:
        yield f"Java is missing{f' in JAVA_HOME={home}' if home else ''}: {mend}"
        return
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    if version is None or int(version[1]) not in JAVAS:
        yield f"{java} is Java {version[1] if version else '(unknown)'}: {mend}"
        return
    modules = subprocess.run([java, "--list-modules"], capture_output=True, text=True, check=False).stdout
    if SPARK_MODULE not in modules:
        yield f"{java} is not a full JDK, it lacks the module {SPARK_MODULE}: {mend}"


def _libraries() -> Iterator[str]:
    if sys.platform != "linux" or shutil.which("mongod"):
        return
    for library, package in MONGODB_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            yield f"{library} is missing, which MongoDB needs: `apt-get install {package}`"


def _memory() -> Iterator[str]:
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
    if gib < MEMORY_GIB:
        yield f"this machine has {gib:.1f} GB of memory and {MEMORY_GIB} are needed: use a larger one"


def _disk(folder: Path) -> Iterator[str]:
    needed = DISK_GIB if (folder / ".venv").exists() else DISK_GIB + VENV_DISK_GIB
    free = shutil.disk_usage(folder).free / GIB
    if free < needed:
        yield f"{folder} has {free:.1f} GB of free disk and {needed:.0f} are needed: make room, or clone elsewhere"


if __name__ == "__main__":
    sys.exit("\n".join(problems(Path.cwd())) or None)
