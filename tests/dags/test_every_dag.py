"""Rules that every DAG file keeps."""

import inspect
import subprocess
import sys
from contextlib import nullcontext
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORDER = ["ingest_ratings", "build_features", "train_models", "publish_recommendations"]
REFRESH = "refresh_recommendations"
SHARED = {"__init__", "assets", "steps"}
DAG_FILES = sorted(path for path in (ROOT / "dags").glob("*.py") if path.stem not in SHARED)
HEAVY = {"pipelines", "pandas", "pyarrow", "pyspark", "implicit", "lightfm", "catboost", "mlflow", "great_expectations"}

each_file = pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.stem)
each_dag = pytest.mark.parametrize("dag_id", [*ORDER, REFRESH])
each_nightly_dag = pytest.mark.parametrize("dag_id", ORDER)


def writer(dagbag, dag_id):
    """Return the one task that writes the DAG's asset."""
    (task,) = [task for task in dagbag.dags[dag_id].tasks if task.outlets]
    return task


def test_every_dag_loads(dagbag):
    assert dagbag.import_errors == {}


def test_dag_ids_match_their_file_names(dagbag):
    assert sorted(dagbag.dags) == [path.stem for path in DAG_FILES] == sorted([*ORDER, REFRESH])


@each_file
def test_a_dag_file_is_one_screen(path):
    assert len(path.read_text().splitlines()) <= 45


@each_dag
def test_the_docstring_is_the_runbook(dagbag, dag_id):
    runbook = dagbag.dags[dag_id].doc_md

    assert runbook == import_module(f"dags.{dag_id}").__doc__
    assert all(section in runbook for section in ["- **Reads** ", "- **Writes** ", "**When it is red**"])


@each_dag
def test_every_dag_is_tagged_and_tried_again(dagbag, dag_id):
    assert "marquee" in dagbag.dags[dag_id].tags
    assert all(task.retries >= 1 and task.has_retry_policy for task in dagbag.dags[dag_id].tasks)


@each_dag
def test_one_run_of_a_dag_at_a_time(dagbag, dag_id):
    assert dagbag.dags[dag_id].max_active_runs == 1


def test_parsing_imports_nothing_heavy():
    script = (
        "import sys; from importlib import import_module\n"
        f"for name in {[*ORDER, REFRESH]}: import_module('dags.' + name)\n"
        f"print(*{HEAVY} & sys.modules.keys())"
    )

    parsed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert parsed.stdout.split() == []


def test_each_dag_waits_for_what_the_one_before_it_writes(dagbag):
    written = [writer(dagbag, dag_id).outlets for dag_id in ORDER]
    awaited = [[dagbag.dags[dag_id].timetable.asset_condition] for dag_id in ORDER[1:]]

    assert awaited == written[:-1]


def test_every_written_asset_is_in_the_list_of_assets(dagbag):
    from airflow.sdk import Asset

    listed = {name: asset for name, asset in vars(import_module("dags.assets")).items() if isinstance(asset, Asset)}

    assert [asset.name for asset in listed.values()] == list(listed)
    assert [writer(dagbag, dag_id).outlets for dag_id in ORDER] == [[asset] for asset in listed.values()]


def test_the_head_runs_at_midnight_utc_for_the_day_that_begins(dagbag):
    schedule = dagbag.dags["ingest_ratings"].timetable

    assert (schedule.expression, schedule.timezone, schedule.key_format) == ("0 0 * * *", "UTC", "%Y-%m-%d")


@pytest.mark.parametrize("now", ["2026-11-20T00:02:00Z", "2026-11-20T01:30:00Z", "2026-11-20T23:59:00Z"])
def test_a_fresh_installation_waits_for_the_next_midnight(dagbag, monkeypatch, now):
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables import trigger
    from airflow.timetables.base import TimeRestriction

    head = dagbag.dags["ingest_ratings"]
    monkeypatch.setattr(trigger, "utcnow", lambda: datetime.fromisoformat(now))

    first_run = coerce_to_core_timetable(head.timetable).next_dagrun_info_v2(
        last_dagrun_info=None, restriction=TimeRestriction(head.start_date, None, head.catchup)
    )

    assert first_run.partition_key == "2026-11-21"


@pytest.mark.parametrize("dag_id", [dag_id for dag_id in ORDER if dag_id != "train_models"])
def test_the_next_dag_gets_the_date_the_pipeline_worked_on(dagbag, dag_id, monkeypatch):
    from airflow.sdk.execution_time.context import OutletEventAccessors

    asked = []
    monkeypatch.setattr(
        import_module(f"pipelines.{dag_id}"), "main", lambda *arguments: asked.append(arguments) or "2026-11-19"
    )
    task, events = writer(dagbag, dag_id), OutletEventAccessors()
    params = {"params": {"dataset": "ml-25m"}} if dag_id == "ingest_ratings" else {}

    task.python_callable(**params, outlet_events=events, partition_key=None)

    assert asked == [(None, "ml-25m") if params else (None,)]
    assert events[task.outlets[0]].partition_keys == {"2026-11-19"}


def test_every_model_is_tried_in_a_task_of_its_own_and_the_next_dag_gets_the_date(dagbag, monkeypatch):
    from airflow.sdk.execution_time.context import OutletEventAccessors

    tried = []
    night = {"snapshot_date": "2026-11-19"}
    pipeline = import_module("pipelines.train_models")
    monkeypatch.setattr(pipeline, "plan", lambda _: [{"night": night, "contestant": [name]} for name in "ab"])
    monkeypatch.setattr(pipeline, "try_model", lambda _, contestant: tried.append(contestant) or contestant)
    monkeypatch.setattr(pipeline, "conclude", lambda night, outcomes: f"{night['snapshot_date']} {outcomes}")
    plan, try_model, conclude = dagbag.dags["train_models"].tasks
    events = OutletEventAccessors()

    planned = plan.python_callable(partition_key="2026-11-19")
    outcomes = [try_model.python_callable(**entry) for entry in planned]
    conclude.python_callable(planned, [*outcomes, None], outlet_events=events)

    assert try_model.is_mapped
    assert tried == [["a"], ["b"]]
    assert events[conclude.outlets[0]].partition_keys == {"2026-11-19 [['a'], ['b'], None]"}


@pytest.mark.parametrize("had_news", [True, False])
def test_a_refresh_without_news_is_skipped(dagbag, had_news, monkeypatch):
    from airflow.sdk.exceptions import AirflowSkipException

    monkeypatch.setattr(import_module(f"pipelines.{REFRESH}"), "main", lambda: had_news)
    (refresh,) = dagbag.dags[REFRESH].tasks

    with nullcontext() if had_news else pytest.raises(AirflowSkipException):
        refresh.python_callable()


def test_a_refresh_comes_every_quarter_of_an_hour_and_none_is_made_up_for(dagbag):
    refresh = dagbag.dags[REFRESH]

    assert (refresh.timetable.expression, refresh.timetable.timezone.name) == ("*/15 * * * *", "UTC")
    assert not refresh.catchup


def test_to_find_no_news_a_refresh_imports_nothing_heavy():
    script = f"import sys, pipelines.{REFRESH}; print(*{HEAVY - {'pipelines'}} & sys.modules.keys())"

    imported = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert imported.stdout.split() == []


@each_nightly_dag
def test_every_pipeline_says_which_date_it_worked_on(dag_id):
    main = import_module(f"pipelines.{dag_id}").main

    assert inspect.signature(main).return_annotation is str
