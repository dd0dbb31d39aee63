import socket

import pytest

from infra.local import ports, servers
from infra.settings import AirflowSettings, ApiSettings, RedisSettings
from tests.conftest import free_port


@pytest.fixture
def taken():
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_free_port_is_no_problem(tmp_path):
    api = servers.api(ApiSettings(port=free_port()), tmp_path)

    assert list(ports.problems([api])) == []


def test_a_taken_port_is_told_with_a_free_one_to_set(tmp_path, taken):
    airflow = servers.airflow(AirflowSettings(port=taken), tmp_path)

    (line,) = ports.problems([airflow])

    told, _, free = line.rpartition("=")
    assert told == f"port {taken} is taken by another process: stop it or set MARQUEE_AIRFLOW__PORT"
    assert ports.is_free(int(free))


def test_the_free_port_is_not_one_that_another_server_is_to_have(tmp_path, taken):
    redis = servers.redis(RedisSettings(port=taken), tmp_path)
    api = servers.api(ApiSettings(port=next(port for port in range(taken + 1, 65536) if ports.is_free(port))), tmp_path)

    (line,) = ports.problems([redis, api])

    assert not line.endswith(f"={api.port}")


def test_two_servers_cannot_have_the_same_port(tmp_path):
    port = free_port()
    both = [servers.redis(RedisSettings(port=port), tmp_path), servers.api(ApiSettings(port=port), tmp_path)]

    (line,) = ports.problems(both)

    assert line.startswith(f"port {port} is given to redis and to api: set MARQUEE_API__PORT=")


def test_a_port_whose_last_connection_has_just_ended_is_free():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    caller = socket.create_connection(("127.0.0.1", port))
    answerer, _ = listener.accept()
    answerer.close()  # the side that ends first keeps the port for a while
    caller.close()
    listener.close()

    assert ports.is_free(port)
