"""What the images are built from exists, and reaches the builder."""

import re
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
DOCKERFILES = sorted((ROOT / "infra/docker").glob("*.Dockerfile"))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.airflow.yml").read_text())
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]

each_dockerfile = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.stem)


def copied(path):
    """The sources of every COPY that comes from the repository."""
    for arguments in re.findall(r"^COPY (.+)$", path.read_text(), re.MULTILINE):
        words = [word for word in arguments.split() if not word.startswith("--chown")]
        if not words[0].startswith("--from"):
            yield from words[:-1]


@each_dockerfile
def test_everything_copied_exists_and_is_let_through(path):
    for source in copied(path):
        assert (ROOT / source).exists(), source
        assert f"!{source}" in IGNORED


def test_nothing_else_reaches_the_builder():
    allowed = {line[1:] for line in IGNORED if line.startswith("!")}

    assert IGNORED[0] == "*"
    assert allowed == {source for path in DOCKERFILES for source in copied(path)}
    assert not any(fnmatch(".env", pattern) for pattern in allowed)


@each_dockerfile
def test_the_base_is_a_build_argument_and_the_last_user_is_not_root(path):
    text = path.read_text()

    assert re.search(r"^ARG BASE=\S+:\S+$", text, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"${BASE}"}
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1] in {"10001", "50000:0"}


@each_dockerfile
def test_the_requirements_come_from_the_lock(path):
    assert f'--constraint requirements.lock ".[{path.stem}]"' in path.read_text()


@each_dockerfile
def test_the_commit_is_baked_in(path):
    assert re.search(
        r"^ARG GIT_COMMIT=unknown\nENV MARQUEE_GIT_COMMIT=\$\{GIT_COMMIT\}", path.read_text(), re.MULTILINE
    )


def test_every_build_of_the_compose_file_exists():
    builds = [service["build"] for service in COMPOSE["services"].values() if "build" in service]

    assert {ROOT / build["context"] / build["dockerfile"] for build in builds} == set(DOCKERFILES)
    for build in builds:
        arguments = set(re.findall(r"^ARG (\w+)=", (ROOT / build["dockerfile"]).read_text(), re.MULTILINE))
        assert set(build["args"]) == arguments


def test_the_bases_are_the_same_in_both_places():
    for service in COMPOSE["services"].values():
        if "build" in service:
            default = re.search(r"^ARG BASE=(.+)$", (ROOT / service["build"]["dockerfile"]).read_text(), re.MULTILINE)
            assert f":-{default[1]}}}" in service["build"]["args"]["BASE"]


def test_the_airflow_of_the_base_is_the_one_of_the_lock():
    locked = re.search(r"^apache-airflow==(\S+)$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)

    assert f"-{locked[1]}-" in (ROOT / "infra/docker/batch.Dockerfile").read_text()


def test_the_api_that_the_serving_image_starts_exists():
    command = re.search(
        r'^CMD \["uvicorn", "([\w.]+):app"', (ROOT / "infra/docker/serving.Dockerfile").read_text(), re.M
    )

    assert find_spec(command[1])
