"""Airflow's own tables, in SQLite."""

import os
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from infra.errors import ServerUnreachable

LAST_LINES = 5


def migrate(program: str, environment: Mapping[str, str], folder: Path) -> None:
    """Bring the tables to the installed version of Airflow; once they are, this costs nothing.

    Raises ServerUnreachable with what Airflow said when it cannot.
    """
    installed, done = version("apache-airflow"), folder / "migrated_to"
    if (folder / "airflow.db").exists() and done.exists() and done.read_text() == installed:
        return
    told = subprocess.run(
        (program, "db", "migrate"),
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if told.returncode:
        words = "\n".join(told.stdout.splitlines()[-LAST_LINES:])
        raise ServerUnreachable(f"Airflow could not make its database in {folder}:\n{words}")
    done.write_text(installed)
