"""What pipelines meet: the API as people run it, a small lake, and the runs they leave in MLflow."""

from dataclasses import replace

import pytest
from mlflow import MlflowClient

from infra.local import servers
from infra.settings import ApiSettings
from infra.tables import FEATURES
from tests.conftest import free_port
from tests.pipelines.small_lake import DAY, write_small_lake
from tests.serving.conftest import PATIENT


@pytest.fixture
def api_address(start, mongodb, redis, tmp_path):
    """A process of the API that reads what is published in `mongodb`; it starts when `()` is called."""
    processes = []

    def run():
        api = servers.api(ApiSettings(port=free_port()), tmp_path / "api")
        settings = {
            **PATIENT,
            "MARQUEE_API__PORT": str(api.port),
            "MARQUEE_API__ACTION_TIMEOUT_MS": "10000",
            "MARQUEE_MONGODB__URL": mongodb.address,
            "MARQUEE_MONGODB__DATABASE": mongodb.database,
            "MARQUEE_REDIS__URL": redis.address,
        }
        processes.append(start(replace(api, environment={**api.environment, **settings})))
        return api.address

    yield run
    for process in processes:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def small_lake(spark, tmp_path_factory):
    """Two snapshots of one small world; nobody writes to it."""
    return write_small_lake(spark, str(tmp_path_factory.mktemp("small_lake")))


@pytest.fixture(scope="session")
def snapshot(small_lake):
    """The newest of the small lake."""
    return small_lake.open(FEATURES, DAY)


@pytest.fixture
def client(mlflow_server):
    return MlflowClient(mlflow_server.address)


@pytest.fixture
def runs(client, mlflow_server):
    """Return the runs of the test's experiment by name."""

    def find():
        experiment = client.get_experiment_by_name(mlflow_server.experiment)
        return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}

    return find
