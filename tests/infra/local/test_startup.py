import socket

import pytest

from infra.errors import MachineUnfit
from infra.local import startup
from infra.settings import Settings
from tests.conftest import free_ports

GROUPS = ["mongodb", "redis", "objects", "mlflow", "airflow", "api", "worker"]


@pytest.fixture
def settings(tmp_path_factory):
    ports = {group: {"port": port} for group, port in zip(GROUPS, free_ports(len(GROUPS)), strict=True)}
    return Settings.model_validate({"local": {"state_dir": tmp_path_factory.mktemp("laptop") / "var"}, **ports})


@pytest.fixture
def stranger(settings):
    """Somebody else on the port of MLflow."""
    with socket.create_server(("127.0.0.1", settings.mlflow.port)) as listener:
        yield listener


def test_a_fit_machine_has_no_problems(settings):
    assert startup.problems(settings) == []


def test_a_taken_port_is_told_before_anything_is_started(settings, stranger):
    with pytest.raises(MachineUnfit) as refusal:
        startup.up(settings)

    assert str(refusal.value).startswith(f"port {settings.mlflow.port} is taken by another process: stop it or set")
    assert "MARQUEE_MLFLOW__PORT=" in str(refusal.value)
    assert not settings.local.state_dir.exists()


def test_a_taken_port_is_no_problem_when_the_settings_name_a_server(settings, stranger):
    named = settings.mlflow.model_copy(update={"url": f"http://127.0.0.1:{settings.mlflow.port}"})

    assert startup.problems(settings.model_copy(update={"mlflow": named})) == []


def test_everything_that_is_missing_is_told_at_once(settings, stranger, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    told = "\n".join(startup.problems(settings))

    assert "Java is missing" in told
    assert f"port {settings.mlflow.port} is taken" in told
