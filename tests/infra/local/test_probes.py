import pytest
from fastapi import FastAPI, Response

from infra.local import probes
from tests.conftest import free_port
from tests.infra.local.served import served

HEALTHY, UNHEALTHY, UNSEEN = {"status": "healthy"}, {"status": "unhealthy"}, {"status": None}


@pytest.mark.parametrize(("status", "answers"), [(200, True), (403, True), (404, True), (500, False), (503, False)])
def test_any_answer_but_a_server_error_is_an_answer(status, answers):
    app = FastAPI()
    app.add_api_route("/", lambda: Response(status_code=status))

    with served(app) as address:
        assert probes.http_answers(address) is answers


@pytest.mark.parametrize(
    ("scheduler", "dag_processor", "answers"),
    [(HEALTHY, HEALTHY, True), (HEALTHY, UNSEEN, False), (UNHEALTHY, HEALTHY, False)],
)
def test_airflow_answers_when_all_its_parts_have_reported(scheduler, dag_processor, answers):
    app = FastAPI()
    health = {"metadatabase": HEALTHY, "scheduler": scheduler, "dag_processor": dag_processor, "triggerer": UNSEEN}
    app.add_api_route("/api/v2/monitor/health", lambda: health)

    with served(app) as address:
        assert probes.airflow_answers(address) is answers


def test_running_servers_answer(mongodb, redis):
    assert probes.mongodb_answers(mongodb.port)
    assert probes.redis_answers(redis.port)


def test_nobody_answers_at_a_free_port(monkeypatch):
    monkeypatch.setattr(probes, "TIMEOUT_SECONDS", 0.1)
    port = free_port()

    assert not probes.http_answers(f"http://127.0.0.1:{port}")
    assert not probes.airflow_answers(f"http://127.0.0.1:{port}")
    assert not probes.redis_answers(port)
    assert not probes.mongodb_answers(port)


def test_waiting_ends_with_the_first_yes():
    answers = iter([False, True, False])

    assert probes.wait_until(lambda: next(answers), seconds=5)
    assert next(answers) is False


def test_waiting_ends_when_the_time_is_over():
    assert not probes.wait_until(lambda: False, seconds=0.1)
