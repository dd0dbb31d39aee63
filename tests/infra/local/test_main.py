import socket
import sys

import pytest

from infra.local.__main__ import main
from infra.settings import get_settings
from tests.conftest import free_ports

GROUPS = ["MONGODB", "REDIS", "OBJECTS", "MLFLOW", "AIRFLOW", "API", "WORKER"]


@pytest.fixture
def local(tmp_path_factory, monkeypatch, capsys):
    """Run one command against an empty state folder and free ports, and return what it printed."""
    monkeypatch.setenv("MARQUEE_LOCAL__STATE_DIR", str(tmp_path_factory.mktemp("laptop") / "var"))
    for group, port in zip(GROUPS, free_ports(len(GROUPS)), strict=True):
        monkeypatch.setenv(f"MARQUEE_{group}__PORT", str(port))
    get_settings.cache_clear()

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["infra.local", *arguments])
        main()
        return capsys.readouterr().out

    yield run
    get_settings.cache_clear()


def test_what_is_missing_is_told_in_one_line_and_an_error_code(local):
    port = get_settings().airflow.port

    with socket.create_server(("127.0.0.1", port)), pytest.raises(SystemExit) as ending:
        local("check")

    assert isinstance(ending.value.code, str)  # which Python prints, and ends with 1
    assert ending.value.code.startswith(
        f"MachineUnfit: port {port} is taken by another process: stop it or set MARQUEE_"
    )
    assert len(ending.value.code.splitlines()) == 1


def test_a_fit_machine_is_told_so(local):
    assert local("check") == "this machine has all that the servers need\n"


def test_before_up_everything_is_stopped(local):
    heading, *rows = local("status").splitlines()

    assert heading.split() == ["server", "state", "pid", "uptime", "address"]
    assert {row.split()[1] for row in rows} == {"stopped"}


def test_down_before_up_is_no_error(local):
    assert local("down") == "the servers are stopped\n"


def test_the_logs_of_a_server_are_those_of_all_its_programs(local):
    assert [line.split("/")[-1] for line in local("logs", "airflow").splitlines()] == [
        "airflow-api-server.log <==",
        "airflow-scheduler.log <==",
        "airflow-dag-processor.log <==",
    ]
