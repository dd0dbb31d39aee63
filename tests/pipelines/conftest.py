"""What pipelines meet: the API as people run it, small lakes, and what they leave in MLflow."""

import asyncio
from dataclasses import replace

import pytest
from mlflow import MlflowClient

from infra.local import servers
from infra.settings import ApiSettings, get_settings
from infra.stores import mongodb as mongodb_line
from infra.stores.experiment import Experiment
from infra.stores.lake import Lake
from infra.stores.registry import ModelRegistry
from infra.tables import FEATURES
from pipelines import publish_recommendations
from pipelines.publication.tonight import Publication
from tests.conftest import free_port
from tests.feature_snapshot import write_features
from tests.pipelines import explained, publishing
from tests.pipelines.near_line.refreshing import world_of as refreshed_world
from tests.pipelines.near_line.renewing import world_of as renewed_world
from tests.pipelines.small_lake import DAY, write_small_lake
from tests.serving.conftest import PATIENT


@pytest.fixture
def configure(monkeypatch):
    """Set what a `main` is configured with, by the names of the environment behind `MARQUEE_`."""

    def configure(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"MARQUEE_{name}", str(value))
        get_settings.cache_clear()

    yield configure
    get_settings.cache_clear()


@pytest.fixture
def own_folders(tmp_path, configure):
    """Have the lake, its pages and all other state in the test's own folder."""
    configure(
        LAKE__ROOT=tmp_path / "lake", LAKE__DATA_DOCS_DIR=tmp_path / "data_docs", LOCAL__STATE_DIR=tmp_path / "state"
    )


@pytest.fixture
def no_mongodb(configure, monkeypatch):
    """Have nobody at MongoDB's address."""
    configure(MONGODB__URL="mongodb://127.0.0.1:9/?replicaSet=rs0")
    monkeypatch.setattr(mongodb_line, "PATIENCE_MS", 100)


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


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """An empty lake of the module's own."""
    return Lake(str(tmp_path_factory.mktemp("lake")))


@pytest.fixture(scope="session")
def typed_lake(spark, tmp_path_factory):
    """The snapshot of six movies that is typed out in `publishing`; nobody writes to it."""
    lake = Lake(str(tmp_path_factory.mktemp("typed_lake")))
    write_features(lake, spark, publishing.RATINGS, publishing.MOVIES)
    return lake


@pytest.fixture(scope="session")
def typed_snapshot(typed_lake):
    return typed_lake.open(FEATURES)


@pytest.fixture(scope="session")
def explained_lake(spark, tmp_path_factory):
    """The snapshot of 300 people that `explained` generates; nobody writes to it."""
    lake = Lake(str(tmp_path_factory.mktemp("explained_lake")))
    write_features(lake, spark, explained.people(), explained.movies())
    return lake


@pytest.fixture(scope="session")
def explained_snapshot(explained_lake):
    return explained_lake.open(FEATURES)


@pytest.fixture
def publish(typed_snapshot, store, tmp_path):
    """Publish the typed snapshot, by its own two champions if no other is said."""

    def publish(recommender=None, similar=None, began_at=publishing.NIGHT, n=100):
        recommender = recommender or publishing.popularity(typed_snapshot)
        similar = similar or publishing.neighbours(typed_snapshot)
        publication = Publication(typed_snapshot, recommender, similar, n)
        return publish_recommendations.run(publication, store, began_at, tmp_path)

    return publish


@pytest.fixture
def registry(mlflow_server):
    return ModelRegistry(mlflow_server.address)


@pytest.fixture
def experiment(mlflow_server):
    return Experiment(mlflow_server.address, mlflow_server.experiment)


@pytest.fixture
def renewing(mongodb, redis):
    """Run a scenario in a world whose lists a near-line worker renews."""

    def run(scenario):
        async def within():
            async with renewed_world(mongodb, redis) as world:
                await scenario(world)

        asyncio.run(within())

    return run


@pytest.fixture
def refreshing(mongodb, redis, mlflow_server, small_lake):
    """Run a scenario in a world whose nightly models are those of a lake, and go on learning."""

    def run(scenario, lake=small_lake):
        async def within():
            async with refreshed_world(mongodb, redis, mlflow_server, lake) as world:
                await scenario(world)

        asyncio.run(within())

    return run


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
