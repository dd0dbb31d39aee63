"""docker-compose.airflow.yml: everything it names exists, and nothing it starts is open, unlimited or root."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from infra.settings import Settings

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docker-compose.airflow.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
AIRFLOW = Path(find_spec("airflow").origin).parent  # read, not imported: that would make a home for it
ONE_SHOTS = {name for name, service in SERVICES.items() if service["restart"] == "on-failure"}
SERVERS = SERVICES.keys() - ONE_SHOTS
BUILT = {name for name, service in SERVICES.items() if "build" in service}
ROOTS = {"minio-volume"}  # hands a volume to its user, without a network

each_service = pytest.mark.parametrize("name", sorted(SERVICES))
each_server = pytest.mark.parametrize("name", sorted(SERVERS))


def words(name):
    """Everything the service runs, as a list of words, shell lines taken apart."""
    service = SERVICES[name]
    parts = [service.get(key, []) for key in ("entrypoint", "command")] + [
        service.get("healthcheck", {}).get("test", [])
    ]
    return [
        word for part in parts for line in ([part] if isinstance(part, str) else part) for word in shlex.split(line)
    ]


def setting_variables(model=Settings, prefix="MARQUEE_"):
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from setting_variables(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper()


def test_there_is_a_service_for_every_part_and_one_shots_for_what_comes_first():
    assert {"airflow-init", "minio-volume", "prepare"} == ONE_SHOTS
    assert {
        *("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"),
        *("postgres", "mongodb", "redis", "minio", "mlflow", "api", "refresh-worker"),
    } == SERVERS


@each_server
def test_a_server_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@each_service
def test_memory_and_processors_are_limited(name):
    assert re.fullmatch(r"\d+[mg]", SERVICES[name]["mem_limit"])
    assert SERVICES[name]["cpus"] > 0


@each_service
def test_nothing_is_root_but_what_hands_a_volume_over(name):
    service = SERVICES[name]

    assert (service["user"] == "root") is (name in ROOTS)
    assert service["cap_drop"] == ["ALL"]
    if name in ROOTS:
        assert service["network_mode"] == "none"


@each_service
def test_ports_are_published_on_the_loopback_only(name):
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@each_service
def test_images_are_pinned(name):
    image = SERVICES[name]["image"]

    assert ":" in image
    assert not image.endswith(":latest")


@each_service
def test_a_service_waits_only_for_what_can_be_waited_for(name):
    conditions = {"service_healthy": SERVERS, "service_completed_successfully": ONE_SHOTS}

    assert all(other in conditions[need["condition"]] for other, need in SERVICES[name].get("depends_on", {}).items())


def test_every_volume_is_declared_and_used():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert used == set(COMPOSE["volumes"])


def test_airflow_services_share_the_lake_and_the_worker_only_reads_it():
    sharing = {name for name, service in SERVICES.items() if "lake:/var/lib/marquee" in service.get("volumes", [])}

    assert sharing == {name for name in SERVICES if name.startswith("airflow-")}
    assert SERVICES["refresh-worker"]["volumes"] == ["lake:/var/lib/marquee:ro"]


@pytest.mark.parametrize("name", sorted(BUILT))
def test_every_marquee_variable_is_a_setting(name):
    given = {variable for variable in SERVICES[name]["environment"] if variable.startswith("MARQUEE_")}

    assert given <= set(setting_variables())


def test_every_airflow_variable_is_an_option_of_airflow():
    sections = yaml.safe_load((AIRFLOW / "config_templates/config.yml").read_text())
    options = {
        f"AIRFLOW__{section}__{option}".upper()
        for section, described in sections.items()
        for option in described["options"]
    }

    variables = {variable for service in SERVICES.values() for variable in service.get("environment", {})}

    assert {variable for variable in variables if variable.startswith("AIRFLOW__")} <= options


def test_every_python_module_that_is_run_exists():
    modules = {
        after for name in SERVICES for word, after in zip(words(name), words(name)[1:], strict=False) if word == "-m"
    }

    assert modules == {"infra.docker.prepare", "mlflow", "pipelines"}
    assert all(find_spec(module) for module in modules)


def test_every_airflow_command_exists():
    known = set(re.findall(r'name="([\w-]+)"', (AIRFLOW / "cli/cli_config.py").read_text()))

    commands = {
        after for name in BUILT for word, after in zip(words(name), words(name)[1:], strict=False) if word == "airflow"
    }

    assert commands == {"api-server", "scheduler", "dag-processor", "triggerer", "db", "jobs"}
    assert commands <= known


def test_every_option_of_mlflow_exists():
    from mlflow.cli import server

    known = {option for parameter in server.params for option in parameter.opts}

    assert {option.split("=")[0] for option in SERVICES["mlflow"]["command"]} <= known


def test_secrets_have_no_default_and_are_listed_in_the_example():
    demanded = set(re.findall(r"\$\{(\w+):\?", TEXT))
    example = dict(
        line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if line and line[0] != "#"
    )

    assert set(example) == demanded
    assert set(example.values()) == {""}


@pytest.mark.parametrize(
    "variable",
    [
        *("MARQUEE_OBJECTS__SECRET_KEY", "MARQUEE_MONGODB__URL", "MARQUEE_REDIS__URL"),
        "MARQUEE_AIRFLOW__PASSWORD",
        "MARQUEE_ACCOUNTS__TOKEN_KEYS",
    ],
)
def test_stores_are_reached_with_a_secret(variable):
    assert ":?" in COMPOSE["x-marquee"][variable]
    assert COMPOSE["x-marquee"]["MARQUEE_PROFILE"] == "production"
