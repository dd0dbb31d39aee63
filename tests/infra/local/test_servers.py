import pytest

from infra.local import laptop
from infra.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings.model_validate({"local": {"state_dir": tmp_path}})


def test_a_laptop_runs_everything_the_platform_needs(settings):
    assert {server.name for server in laptop.own_servers(settings)} == {
        "mongodb",
        "redis",
        "objects",
        "mlflow",
        "airflow",
        "api",
        "worker",
    }


def test_every_server_keeps_its_things_in_a_folder_of_its_own(settings, tmp_path):
    folders = [server.folder for server in laptop.own_servers(settings)]

    assert len(set(folders)) == len(folders)
    assert all(folder.is_relative_to(tmp_path) for folder in folders)


@pytest.mark.parametrize("name", ["mongodb", "redis", "objects", "mlflow", "airflow"])
def test_a_server_that_the_settings_name_is_not_started(tmp_path, name):
    settings = Settings.model_validate({"local": {"state_dir": tmp_path}, name: {"url": "http://elsewhere:1"}})

    assert name not in {server.name for server in laptop.own_servers(settings)}
    assert laptop.named_servers(settings) == {name}


def test_no_program_is_looked_for_when_the_settings_name_its_server(tmp_path, monkeypatch):
    monkeypatch.setattr("infra.local.servers.find_binary", pytest.fail)
    groups = ["mongodb", "redis", "objects", "mlflow", "airflow"]
    named = {group: {"url": "http://elsewhere:1"} for group in groups}

    ours = laptop.own_servers(Settings.model_validate({"local": {"state_dir": tmp_path}, **named}))

    assert [server.name for server in ours] == ["api", "worker"]


def test_no_program_listens_beyond_this_machine(settings):
    told = [" ".join(command) for server in laptop.own_servers(settings) for command in server.programs.values()]

    assert not any("0.0.0.0" in command for command in told)
    listening = [command for command in told if "127.0.0.1" in command]
    assert len(listening) == 5  # the API's and the worker's hosts are in their code; two programs of Airflow need none


def test_keys_are_not_on_command_lines(settings):
    secret = settings.objects.secret_key.get_secret_value()

    for server in laptop.own_servers(settings):
        assert not any(secret in word for command in server.programs.values() for word in command)
