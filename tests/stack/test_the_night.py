"""The whole platform as a person meets it: `make demo` on a small sample, then every face of what it leaves running."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from models.zoo import FIRST_NIGHT
from tests.conftest import free_port

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
DAGS = ["ingest_ratings", "build_features", "train_models", "publish_recommendations"]
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
        **{f"MARQUEE_{name}__PORT": str(free_port()) for name in PORTS},
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
    yield local("demo", environment)
    local("down", environment)


@pytest.fixture
def api(demo, environment):
    with httpx.Client(base_url=f"http://127.0.0.1:{environment['MARQUEE_API__PORT']}/api/v1") as client:
        yield client


@pytest.fixture
def airflow(demo, environment):
    address = f"http://127.0.0.1:{environment['MARQUEE_AIRFLOW__PORT']}"
    token = httpx.get(f"{address}/auth/token").json()["access_token"]
    with httpx.Client(base_url=f"{address}/api/v2", headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


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

    assert [run["state"] for run in runs] == ["success"]


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
