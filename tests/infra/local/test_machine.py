import shutil
import subprocess
import sys

import pytest

from infra.local import machine


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The only folder that programs are found in, still empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def install_java(folder, version, modules="java.base@17 jdk.incubator.vector@17"):
    java = folder / "java"
    java.write_text(
        f"""#!/bin/sh
case $1 in
    -version) echo 'openjdk version "{version}" 2025-04-15' >&2 ;;
    --list-modules) echo '{modules}' ;;
esac
"""
    )
    java.chmod(0o755)


def lines_about(word, folder):
    return [line for line in machine.problems(folder) if word in line]


def test_a_machine_without_java_is_told_what_to_install(path, tmp_path):
    (line,) = lines_about("Java", tmp_path)

    assert line.startswith("Java is missing: install a JDK 17 or 21 (`apt-get install openjdk-17-jdk-headless`)")


@pytest.mark.parametrize("version", ["17.0.15", "21", "21.0.2"])
def test_a_supported_java_is_accepted(path, tmp_path, version):
    install_java(path, version)

    assert lines_about("Java", tmp_path) == lines_about("JDK", tmp_path) == []


@pytest.mark.parametrize(("version", "major"), [("1.8.0_372", "1"), ("11.0.20", "11"), ("25", "25")])
def test_an_unsupported_java_is_named_with_its_version(path, tmp_path, version, major):
    install_java(path, version)

    (line,) = lines_about("Java", tmp_path)

    assert line.startswith(f"{path}/java is Java {major}: install a JDK 17 or 21")


def test_a_java_without_sparks_module_is_no_full_jdk(path, tmp_path):
    install_java(path, "17.0.15", modules="java.base@17")

    (line,) = lines_about("full JDK", tmp_path)

    assert "lacks the module jdk.incubator.vector: install a JDK 17 or 21" in line


def test_java_home_goes_before_the_path(path, tmp_path, monkeypatch):
    install_java(path, "17.0.15")
    home = tmp_path / "jdk"
    monkeypatch.setenv("JAVA_HOME", str(home))

    (line,) = lines_about("Java", tmp_path)

    assert line.startswith(f"Java is missing in JAVA_HOME={home}:")


def test_python_3_11_needs_a_compiler(path, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))

    assert lines_about("gcc is missing", tmp_path) == [
        "gcc is missing, and a package is compiled for Python 3.11: `apt-get install gcc`"
    ]


def test_later_pythons_need_no_compiler(path, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))

    assert lines_about("gcc", tmp_path) == []


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 14, 0)])
def test_a_python_the_lock_file_was_not_resolved_for_is_refused(path, tmp_path, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)

    (line,) = lines_about("is not supported", tmp_path)

    assert line.startswith(f"Python 3.{version[1]} is not supported: install Python 3.11, 3.12 or 3.13")


def test_too_little_memory_and_disk_are_told_in_figures(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "MEMORY_GIB", 100_000)
    monkeypatch.setattr(machine, "DISK_GIB", 1_000_000)

    memory, disk = [line for line in machine.problems(tmp_path) if " GB " in line]

    assert "of memory and 100000 are needed" in memory
    assert disk.startswith(f"{tmp_path} has ") and "GB of free disk and 1000005 are needed" in disk


def test_an_environment_that_is_made_needs_no_room_any_more(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "VENV_DISK_GIB", 1_000_000)
    (tmp_path / ".venv").mkdir()

    assert lines_about("disk", tmp_path) == []


def test_it_runs_with_nothing_but_the_standard_library(tmp_path):
    python, script = shutil.which(sys.executable), machine.__file__

    told = subprocess.run(
        [python, "-I", "-S", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert told.returncode == 1
    assert "Java is missing: install a JDK 17 or 21" in told.stderr
    assert "Traceback" not in told.stderr
