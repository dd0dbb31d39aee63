"""A real supervisord with the two servers that start in a moment."""

import re
import sys
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient
from redis import Redis

from infra.errors import MachineUnfit, ServerUnreachable
from infra.local import servers, startup, status
from infra.local.probes import wait_until
from infra.local.supervisor import Supervisor
from infra.settings import ApiSettings, LocalSettings, MongodbSettings, RedisSettings, Settings
from tests.conftest import free_port

BACK_SECONDS = 30.0
FORKING = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid)
child.wait()
"""


class Laptop:
    """A state folder with MongoDB and Redis on free ports."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(
            local=LocalSettings(state_dir=folder),
            mongodb=MongodbSettings(port=free_port()),
            redis=RedisSettings(port=free_port()),
            api=ApiSettings(port=free_port()),
        )
        self.supervisor = Supervisor(folder)
        self.servers = [
            servers.redis(self.settings.redis, folder / "servers" / "redis"),
            servers.mongodb(self.settings.mongodb, folder / "servers" / "mongodb"),
        ]

    def up(self) -> None:
        startup.bring_up(self.servers, self.supervisor, self.settings)

    def pids(self) -> dict[str, int]:
        return {name: state.pid for name, state in self.supervisor.states().items()}

    def answering(self) -> list[str]:
        return [server.name for server in self.servers if server.answers()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("laptop")
    yield folder
    Supervisor(folder).stop()


@pytest.fixture(scope="module")
def shared(folder):
    return Laptop(folder)


@pytest.fixture
def laptop(shared):
    """A laptop whose servers are up, whatever the test before has done to them."""
    shared.up()
    return shared


@pytest.fixture
def empty_laptop(tmp_path):
    """A laptop of one test's own, nothing of which is up."""
    laptop = Laptop(tmp_path)
    yield laptop
    laptop.supervisor.stop()


def test_servers_answer_once_they_are_up(laptop):
    with Redis.from_url(laptop.settings.redis.address) as client:
        assert client.set("movie", 1)
    with MongoClient(laptop.settings.mongodb.address) as client:
        assert client["marquee"]["lists"].insert_one({}).acknowledged


def test_up_again_leaves_what_runs_alone(laptop):
    before = laptop.pids()

    laptop.up()

    assert laptop.pids() == before


def test_changed_settings_start_the_servers_anew(laptop, capsys):
    before = laptop.pids()
    laptop.settings = laptop.settings.model_copy(update={"seed": laptop.settings.seed + 1})

    laptop.up()

    assert laptop.answering() == ["redis", "mongodb"]
    assert set(laptop.pids().values()).isdisjoint(before.values())
    assert "the settings or the code have changed" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["redis", "mongodb"])
def test_a_killed_server_comes_back(laptop, name):
    pid = laptop.pids()[name]

    psutil.Process(pid).kill()

    assert wait_until(lambda: laptop.pids()[name] not in (0, pid), BACK_SECONDS)
    assert wait_until(lambda: laptop.answering() == ["redis", "mongodb"], BACK_SECONDS)


def test_down_stops_the_servers_and_leaves_strangers_alone(laptop, redis):
    running = [psutil.Process(pid) for pid in laptop.pids().values()]

    laptop.supervisor.stop()

    assert laptop.answering() == []
    assert not any(process.is_running() for process in running)
    assert not laptop.supervisor.is_running()
    with Redis.from_url(redis.address) as stranger:
        assert stranger.ping()


def test_down_twice_is_no_error(laptop):
    laptop.supervisor.stop()
    laptop.supervisor.stop()

    assert not laptop.supervisor.is_running()


def test_down_finds_the_servers_of_a_supervisor_that_was_killed(laptop):
    orphans = [psutil.Process(pid) for pid in laptop.pids().values()]
    kill_supervisor(laptop)
    assert laptop.answering() == ["redis", "mongodb"]

    laptop.supervisor.stop()

    assert laptop.answering() == []
    assert not any(process.is_running() for process in orphans)


def test_up_takes_over_from_a_supervisor_that_was_killed(laptop):
    kill_supervisor(laptop)

    laptop.up()

    assert laptop.answering() == ["redis", "mongodb"]
    assert set(laptop.pids()) == {"redis", "mongodb"}


def test_the_table_tells_who_runs_since_when_and_where(laptop):
    rows = {line.split()[0]: line.split() for line in status.table(laptop.settings)}

    _, state, pid, uptime, address = rows["redis"]
    assert state in ("starting", "running")
    assert (int(pid), address) == (laptop.pids()["redis"], laptop.settings.redis.address)
    assert re.fullmatch(r"0:0\d:\d\d", uptime)
    assert rows["api"] == ["api", "stopped", "-", "-", laptop.settings.api.address]


def test_a_server_that_does_not_come_up_is_told_with_its_last_words(empty_laptop, tmp_path, monkeypatch):
    monkeypatch.setattr("infra.local.supervisor.START_SECONDS", 1)
    broken = servers.Server(
        name="broken",
        port=free_port(),
        address="nowhere",
        folder=tmp_path / "servers" / "broken",
        programs={"broken": (sys.executable, "-c", "print('the disk is full'); raise SystemExit(1)")},
        answers=lambda: False,
    )

    with pytest.raises(ServerUnreachable) as refusal:
        startup.bring_up([broken], empty_laptop.supervisor, empty_laptop.settings)

    assert "broken does not answer at nowhere" in str(refusal.value)
    assert f"the last lines of {tmp_path}/logs/broken.log:\n    the disk is full" in str(refusal.value)


def test_what_a_killed_program_leaves_behind_is_ended_before_it_starts_again(empty_laptop, tmp_path):
    forking = servers.Server(
        name="forking",
        port=free_port(),
        address="nowhere",
        folder=tmp_path / "servers" / "forking",
        programs={"forking": (sys.executable, "-u", "-c", FORKING)},
        answers=lambda: bool(children(empty_laptop)),
    )
    startup.bring_up([forking], empty_laptop.supervisor, empty_laptop.settings)
    (first,) = children(empty_laptop)

    psutil.Process(empty_laptop.pids()["forking"]).kill()

    assert wait_until(lambda: len(children(empty_laptop)) == 2, BACK_SECONDS)
    assert not psutil.pid_exists(first)


def test_a_state_folder_with_too_long_a_path_is_refused_in_words(tmp_path):
    with pytest.raises(MachineUnfit, match="too long for a socket: set MARQUEE_LOCAL__STATE_DIR"):
        Supervisor(tmp_path / ("x" * 80))


def children(laptop):
    """The process ids that the program which forks has printed."""
    log = laptop.supervisor.log("forking")
    return [int(line) for line in log.read_text().splitlines()] if log.exists() else []


def kill_supervisor(laptop):
    pid = int((laptop.supervisor.folder / "supervisord.pid").read_text())
    psutil.Process(pid).kill()
    assert wait_until(lambda: not laptop.supervisor.is_running(), BACK_SECONDS)
