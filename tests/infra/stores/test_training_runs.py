from datetime import date

import pytest
from fastapi import FastAPI, HTTPException, Request
from pydantic import SecretStr

from infra.errors import ServerUnreachable
from infra.settings import AirflowSettings
from infra.stores.training_runs import NIGHT, TrainingRuns
from tests.infra.local.scripted_airflow import ScriptedAirflow
from tests.infra.local.served import served


def airflow():
    return ScriptedAirflow({"train_models": ["running"] * 10})


def test_a_training_is_started_with_its_reason_and_has_a_page():
    scripted = airflow()
    with served(scripted.app()) as address:
        run = TrainingRuns(address).start("1,200 new ratings")
    (triggered,) = scripted.triggered
    assert (triggered["dag_id"], triggered["partition_key"]) == ("train_models", None)
    assert triggered["note"] == "1,200 new ratings"
    assert run.is_new
    assert run.link.startswith(f"{address}/dags/train_models/runs/train_models__2026-11-20T00%3A00%3A00")


def test_its_page_is_where_people_open_airflow():
    with served(airflow().app()) as address:
        run = TrainingRuns(address, page_address="https://airflow.example").start("now")
    assert run.link.startswith("https://airflow.example/dags/train_models/runs/")


@pytest.mark.parametrize("state", ["queued", "running"])
def test_one_that_is_under_way_is_not_started_again(state):
    scripted = airflow()
    scripted.begin("train_models", "2026-11-20", "success")
    scripted.begin("train_models", "2026-11-21", state)
    with served(scripted.app()) as address:
        run = TrainingRuns(address).start("again")
    assert scripted.triggered == []
    assert not run.is_new
    assert "00%3A01%3A00" in run.link


def test_a_night_is_started_from_its_head_for_its_day():
    scripted = ScriptedAirflow({dag_id: [] for dag_id in NIGHT})
    scripted.begin("train_models", "2026-11-20", "success")
    with served(scripted.app()) as address:
        run = TrainingRuns(address).start_night(date(2026, 11, 21), "1,200 new ratings")
    (triggered,) = scripted.triggered
    assert (triggered["dag_id"], triggered["partition_key"]) == ("ingest_ratings", "2026-11-21")
    assert triggered["note"] == "1,200 new ratings"
    assert run.is_new
    assert run.link.startswith(f"{address}/dags/ingest_ratings/runs/ingest_ratings__")


@pytest.mark.parametrize("dag_id", NIGHT)
def test_while_any_dag_of_a_night_is_under_way_no_other_night_is_started(dag_id):
    scripted = ScriptedAirflow({dag_id: [] for dag_id in NIGHT})
    scripted.begin(dag_id, "2026-11-21")
    with served(scripted.app()) as address:
        run = TrainingRuns(address).start_night(date(2026, 11, 21), "again")
    assert scripted.triggered == []
    assert not run.is_new
    assert run.link.startswith(f"{address}/dags/{dag_id}/runs/{dag_id}__")


def test_after_a_run_is_over_the_next_is_started():
    scripted = airflow()
    scripted.begin("train_models", "2026-11-20", "failed")
    with served(scripted.app()) as address:
        assert TrainingRuns(address).start("again").is_new


def test_of_two_at_once_the_second_gets_the_run_of_the_first():
    app, given = FastAPI(), []

    @app.get("/auth/token")
    def token():
        return {"access_token": "for-everyone"}

    @app.get("/api/v2/dags/train_models/dagRuns")
    def nobody_has_seen_a_run_yet():
        return {"dag_runs": []}

    @app.post("/api/v2/dags/train_models/dagRuns")
    def trigger(body: dict):
        if body["dag_run_id"] in given:
            raise HTTPException(409)
        given.append(body["dag_run_id"])
        return body

    with served(app) as address:
        first, second = (TrainingRuns(address).start("now") for _ in range(2))

    assert (first.is_new, second.is_new) == (True, False)
    assert first.link == second.link


def test_an_airflow_that_is_away_is_said_in_words():
    with pytest.raises(ServerUnreachable, match="does not start a training"):
        TrainingRuns("http://127.0.0.1:9").start("now")


def test_an_airflow_that_asks_for_a_password_gets_it():
    app = FastAPI()

    @app.post("/auth/token", status_code=201)
    def token(body: dict):
        if body != {"username": "admin", "password": "secret"}:
            raise HTTPException(401)
        return {"access_token": "for-the-admin"}

    @app.get("/api/v2/dags/train_models/dagRuns")
    def one_runs(request: Request):
        if request.headers["Authorization"] != "Bearer for-the-admin":
            raise HTTPException(401)
        return {"dag_runs": [{"dag_run_id": "one", "state": "running"}]}

    with served(app) as address:
        login = AirflowSettings(password=SecretStr("secret")).login
        assert TrainingRuns(address, login).start("now").link == f"{address}/dags/train_models/runs/one"
        with pytest.raises(ServerUnreachable, match="MARQUEE_AIRFLOW__PASSWORD"):
            TrainingRuns(address, {**login, "password": "wrong"}).start("now")
