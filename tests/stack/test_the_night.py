"""The whole platform as a person meets it: `make demo` on a small sample, then every face of what it leaves running."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from infra.local.probes import wait_until
from models.zoo import FIRST_NIGHT
from tests.conftest import free_ports

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
DAGS = ["ingest_ratings", "build_features", "train_models", "publish_recommendations"]
PATIENCE_SECONDS, TIMEOUT_SECONDS = 120.0, 30.0
PORTS = ["MONGODB", "REDIS", "OBJECTS", "MLFLOW", "AIRFLOW", "API", "WORKER"]


def local(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local", command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    state = tmp_path_factory.mktemp("state")
    return {
        **{f"MARQUEE_{name}__PORT": str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)},
        "MARQUEE_LOCAL__STATE_DIR": str(state),
        "MARQUEE_LAKE__ROOT": str(state / "lake"),
        "MARQUEE_LAKE__DATA_DOCS_DIR": str(state / "data_docs"),
        "MARQUEE_DATA__ARCHIVE_DIR": str(state / "archives"),
        "MARQUEE_DATA__DATASET": "sample",
        "MARQUEE_DATA__SAMPLE_USERS": "200",
        "MARQUEE_DATA__SAMPLE_MOVIES": "500",
        "MARQUEE_DATA__SAMPLE_RATINGS": "10000",
    }


@pytest.fixture(scope="module")
def demo(environment):
    try:
        yield local("demo", environment)
    finally:
        local("down", environment)


@pytest.fixture
def api(demo, environment):
    with httpx.Client(
        base_url=f"http://127.0.0.1:{environment['MARQUEE_API__PORT']}/api/v1", timeout=TIMEOUT_SECONDS
    ) as client:
        yield client


@pytest.fixture
def airflow(demo, environment):
    address = f"http://127.0.0.1:{environment['MARQUEE_AIRFLOW__PORT']}"
    token = httpx.get(f"{address}/auth/token").json()["access_token"]
    proof = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{address}/api/v2", headers=proof, timeout=TIMEOUT_SECONDS) as client:
        yield client


def run_dag(airflow, dag):
    """Run a DAG by hand and return the path of its run, which has ended."""
    run = airflow.post(f"/dags/{dag}/dagRuns", json={"logical_date": None}).raise_for_status().json()
    path = f"/dags/{dag}/dagRuns/{quote(run['dag_run_id'], safe='')}"
    assert wait_until(lambda: airflow.get(path).json()["state"] in ("success", "failed"), PATIENCE_SECONDS)
    return path


def test_the_demo_ends_with_the_addresses_and_lines_to_try(demo, environment):
    assert demo.returncode == 0, demo.stdout + demo.stderr
    for name in ["API", "AIRFLOW", "MLFLOW"]:
        assert f"127.0.0.1:{environment[f'MARQUEE_{name}__PORT']}" in demo.stdout
    assert demo.stdout.count("curl ") == 3


def test_a_known_user_gets_ten_movies_of_their_own(api):
    body = api.get("/users/1/recommendations", params={"limit": 10}).json()

    assert body["source"] == "personal"
    assert [movie["rank"] for movie in body["movies"]] == list(range(1, 11))


def test_a_stranger_gets_the_popular_movies(api):
    body = api.get("/users/999999999/recommendations").json()

    assert (body["source"], len(body["movies"])) == ("popular", 10)


def test_a_movie_has_neighbours(api):
    body = api.get("/movies/1/recommendations").json()

    assert body["source"] == "similar"
    assert 1 not in [movie["movie_id"] for movie in body["movies"]]


@pytest.mark.parametrize("dag", DAGS)
def test_every_dag_ran_once_and_is_green(airflow, dag):
    runs = airflow.get(f"/dags/{dag}/dagRuns").json()["dag_runs"]

    assert [run["state"] for run in runs if run["partition_key"]] == ["success"]


def test_the_models_stand_side_by_side_and_one_is_champion(demo, environment):
    from mlflow import MlflowClient

    client = MlflowClient(f"http://127.0.0.1:{environment['MARQUEE_MLFLOW__PORT']}")

    assert client.get_model_version_by_alias("recommender", "champion").status == "READY"
    assert client.get_model_version_by_alias("similar_movies", "champion").status == "READY"
    versions = client.search_model_versions("name = 'recommender'")
    assert {version.tags["model"] for version in versions} == FIRST_NIGHT - {"likeness"}


def test_a_second_demo_publishes_nothing_new(api, environment):
    before = api.get("/users/1/recommendations").json()["generation"]

    again = local("demo", environment)

    assert again.returncode == 0, again.stdout + again.stderr
    assert api.get("/users/1/recommendations").json()["generation"] == before


def test_an_admin_starts_a_training_and_whoever_asks_while_it_runs_is_shown_that_one(api, airflow, environment):
    account = {"name": "ada", "password": "correct horse battery"}
    api.post("/auth/register", json=account).raise_for_status()
    subprocess.run(
        [sys.executable, "-m", "serving.make_admin", "ada"], cwd=ROOT, env={**os.environ, **environment}, check=True
    )
    token = api.post("/auth/login", json=account).raise_for_status().json()["access_token"]

    asked = [api.post("/admin/retrain", headers={"Authorization": f"Bearer {token}"}) for _ in range(2)]

    first, second = (answer.raise_for_status().json() for answer in asked)
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["link"] == second["link"]
    run = f"/dags/train_models/dagRuns/{first['link'].rsplit('/')[-1]}"
    assert airflow.get(run).json()["note"] == "an admin asked for it"
    airflow.patch(run, json={"state": "failed"}).raise_for_status()  # or it would publish anew in the other tests


def test_a_night_whose_lists_are_unlike_the_last_is_red_and_the_old_lists_stay(demo, api, airflow, environment):
    from mlflow import MlflowClient

    def decide(*decision):
        command = [sys.executable, "-m", "pipelines", *decision, "--why", "to see the gate hold"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)

    before = api.get("/users/1/recommendations").json()["generation"]
    registry = MlflowClient(f"http://127.0.0.1:{environment['MARQUEE_MLFLOW__PORT']}")
    [popularity] = registry.search_model_versions("name = 'recommender' and tags.model = 'popularity'")
    decide("promote", "--version", popularity.version)
    try:
        run = run_dag(airflow, "publish_recommendations")
    finally:
        decide("demote")

    assert airflow.get(run).json()["state"] == "failed"
    told = airflow.get(f"{run}/taskInstances/publish/logs/1").text
    assert "GenerationRefused" in told
    assert "make publish ACCEPT=" in told
    assert api.get("/users/1/recommendations").json()["generation"] == before


def test_a_refresh_without_news_is_shown_as_skipped(airflow):
    def refreshed():
        run = run_dag(airflow, "refresh_recommendations")
        (task,) = airflow.get(f"{run}/taskInstances").json()["task_instances"]
        return task["state"]

    assert refreshed() in ("success", "skipped")  # skipped if that of the quarter of an hour came before
    assert refreshed() == "skipped"


def test_the_worker_has_the_champion(demo, environment):
    def has_champion():
        figures = httpx.get(f"http://127.0.0.1:{environment['MARQUEE_WORKER__PORT']}/metrics", timeout=TIMEOUT_SECONDS)
        return 'marquee_champion_version{model="' in figures.text

    assert wait_until(has_champion, PATIENCE_SECONDS)
