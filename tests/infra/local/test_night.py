import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.errors import NightFailed, ServerUnreachable
from infra.local import night
from infra.local.airflow import Airflow
from infra.local.night import run_night
from infra.stores.training_runs import NIGHT
from tests.conftest import free_port
from tests.infra.local.scripted_airflow import ScriptedAirflow
from tests.infra.local.served import served

DAY = "2026-11-20"
GREEN = ["running", "success"]


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    monkeypatch.setattr(night, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(night, "STALL_SECONDS", 0.4)


def watch(scripted):
    with served(scripted.app()) as address, Airflow(address) as airflow:
        run_night(airflow, DAY, "sample")


def test_the_head_is_triggered_for_the_day_with_the_dataset_and_the_others_are_watched(capsys):
    scripted = ScriptedAirflow({dag_id: list(GREEN) for dag_id in NIGHT})

    watch(scripted)

    assert scripted.triggered == [
        {"dag_id": "ingest_ratings", "logical_date": None, "partition_key": DAY, "conf": {"dataset": "sample"}}
    ]
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        [dag_id, "only", *words.split()] for dag_id in NIGHT for words in ("running for 7 s", "done in 7 s")
    ]


def test_a_failed_task_ends_the_watch_with_its_last_words_and_where_to_read_on():
    log = ["::group::Pre Execute", *"abcdef", "ArchiveBroken: ratings.csv is cut short", "Task exited", "::endgroup::"]
    scripted = ScriptedAirflow({dag_id: ["running", "failed"] for dag_id in NIGHT}, log)

    with pytest.raises(NightFailed) as failure:
        watch(scripted)

    said, whole_log = str(failure.value).split("\nthe whole log: ")
    assert said.splitlines() == [
        "ingest_ratings failed in its task only; the last lines of its log:",
        *[f"    {line}" for line in "cdef"],
        "    ArchiveBroken: ratings.csv is cut short",
    ]
    assert whole_log.endswith("/dags/ingest_ratings/runs/ingest_ratings__2026-11-20T00%3A00%3A00%2B00%3A00/tasks/only")
    assert [run["dag_id"] for run in scripted.runs] == ["ingest_ratings"]


def test_a_task_that_the_others_go_on_without_is_told_and_the_night_goes_on(capsys):
    green = {dag_id: list(GREEN) for dag_id in NIGHT}
    scripted = ScriptedAirflow({**green, "train_models": ["running", "left out"]})

    watch(scripted)

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["train_models", "only", "failed", "after", "7", "s"] in lines
    assert lines[-1][0] == "publish_recommendations"


def test_the_tasks_that_one_step_was_made_into_are_told_apart(capsys, monkeypatch):
    green = {dag_id: list(GREEN) for dag_id in NIGHT}
    scripted = ScriptedAirflow(green)
    looked = scripted.look
    monkeypatch.setattr(
        scripted,
        "look",
        lambda run: {**looked(run), "map_index": 3, "rendered_map_index": "als"},
    )

    watch(scripted)

    assert "train_models             als                  done in 7 s" in capsys.readouterr().out


def test_a_run_that_somebody_ended_ends_the_watch_too():
    scripted = ScriptedAirflow({dag_id: ["running", "ended by hand"] for dag_id in NIGHT})

    with pytest.raises(
        NightFailed, match=r"ingest_ratings was ended before its tasks were: http://.*/runs/ingest_ratings__"
    ):
        watch(scripted)


def test_a_task_that_is_tried_again_says_why(capsys):
    green = {dag_id: list(GREEN) for dag_id in NIGHT}
    scripted = ScriptedAirflow(
        {**green, "train_models": ["running", "up_for_retry", "running", "success"]},
        ["training", "ServerUnreachable: MLflow does not answer"],
    )

    watch(scripted)

    (line,) = [line for line in capsys.readouterr().out.splitlines() if "again" in line]
    assert line.split(maxsplit=2)[2] == (
        "failed after 7 s, and is tried again: ServerUnreachable: MLflow does not answer"
    )


def test_a_night_that_is_under_way_is_watched_and_no_second_one_started(capsys):
    scripted = ScriptedAirflow({dag_id: list(GREEN) for dag_id in NIGHT})
    scripted.begin("ingest_ratings", DAY)

    watch(scripted)

    assert scripted.triggered == []
    assert len(scripted.runs) == 4


def test_a_night_that_is_past_its_head_is_under_way_too():
    scripted = ScriptedAirflow({dag_id: list(GREEN) for dag_id in NIGHT})
    scripted.begin("ingest_ratings", DAY, "success")
    scripted.begin("build_features", DAY)

    watch(scripted)

    assert scripted.triggered == []


@pytest.mark.parametrize(
    ("earlier", "state"), [(DAY, "failed"), ("2026-11-19", "running")], ids=["one that failed", "one of another day"]
)
def test_an_earlier_night_is_not_taken_for_this_one(earlier, state):
    scripted = ScriptedAirflow({dag_id: list(GREEN) for dag_id in NIGHT})
    scripted.begin("ingest_ratings", earlier, state)

    watch(scripted)

    assert len(scripted.triggered) == 1


def test_dags_that_airflow_cannot_read_are_named():
    scripted = ScriptedAirflow({"ingest_ratings": GREEN})

    with pytest.raises(NightFailed, match="Airflow has not read all of ingest_ratings, build_features, train_models"):
        watch(scripted)


def test_a_dag_that_does_not_start_is_named(monkeypatch):
    scripted = ScriptedAirflow({dag_id: list(GREEN) for dag_id in NIGHT})
    monkeypatch.setattr(scripted, "begin", lambda dag_id, day, begin=scripted.begin: begin(dag_id, day, "queued"))

    with pytest.raises(NightFailed, match="ingest_ratings has not started within 0 s: see in Airflow"):
        watch(scripted)


def test_an_airflow_that_is_gone_is_named(monkeypatch):
    monkeypatch.setattr("infra.local.airflow.PATIENCE_SECONDS", 0.1)
    port = free_port()

    with pytest.raises(ServerUnreachable, match=f"Airflow at http://127.0.0.1:{port} does not answer /auth/token"):
        Airflow(f"http://127.0.0.1:{port}")


def test_an_api_server_that_was_killed_is_waited_for():
    app, port = ScriptedAirflow(dict.fromkeys(NIGHT, GREEN)).app(), free_port()
    with served(app, port) as address:
        airflow = Airflow(address)

    with airflow, ThreadPoolExecutor() as pool:
        answer = pool.submit(airflow.has, NIGHT)
        time.sleep(0.3)  # while nobody listens
        assert not answer.done()
        with served(app, port):
            assert answer.result(10)


def test_a_refusal_is_told_at_once():
    with (
        served(ScriptedAirflow({}).app()) as address,
        Airflow(address) as airflow,
        pytest.raises(ServerUnreachable, match="404 Not Found"),
    ):
        airflow.trigger("unknown", DAY, {})
