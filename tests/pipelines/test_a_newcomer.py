"""Someone who has just come, and what they see: the API and a near-line worker as people run them, and every store.

How long it takes is measured by `tests.benchmarks.bench_freshness`.
"""

from dataclasses import replace
from datetime import datetime

import httpx
import pytest

from infra.local import servers
from infra.local.probes import wait_until
from infra.settings import WorkerSettings
from infra.stores.experiment import Experiment
from infra.stores.lake import Lake
from infra.stores.promotions import PromotionLog
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.tables import FEATURES, MOVIE_FEATURES, MOVIES, RATINGS
from models.als import Als
from pipelines.feature_arrays import read_ratings
from tests.catalogues import silent
from tests.conftest import free_port
from tests.pipelines.near_line.working import DRAMAS, POPULAR, SCIENCE_FICTION, publish, ratings
from tests.pipelines.small_lake import DAY, movie, rating, write_snapshot

PATIENCE_SECONDS = 60.0


@pytest.fixture
def lake(spark, tmp_path):
    """Sixty users, who like either science fiction or dramas; most like dramas."""
    said = ratings()
    pairs = zip(said.users.ids[said.user_index].tolist(), said.movies.ids[said.movie_index].tolist(), strict=True)
    rows = {
        RATINGS: [rating(user_id, movie_id, 5.0, day % 300) for day, (user_id, movie_id) in enumerate(pairs)],
        MOVIES: [movie(n, "Sci-Fi") for n in SCIENCE_FICTION] + [movie(n, "Drama") for n in DRAMAS],
        MOVIE_FEATURES: [{"movie_id": n, "shrunk_rating": 4.5 - rank / 100} for rank, n in enumerate(POPULAR)],
    }
    lake = Lake(str(tmp_path / "lake"))
    write_snapshot(lake, spark, DAY, rows)
    return lake


@pytest.fixture
def champion(lake, mlflow_server, mongodb):
    """Train a model of the lake's ratings, and make it champion."""
    snapshot, registry = lake.open(FEATURES, DAY), ModelRegistry(mlflow_server.address)
    learned_from = read_ratings(snapshot)
    model = Als(n_factors=4, n_epochs=5).fit(learned_from, silent(learned_from))
    experiment = Experiment(mlflow_server.address, mlflow_server.experiment)
    with experiment.night(snapshot.manifest) as night:
        version = registry.register(RECOMMENDER, experiment.log_run(night, model, {}), model)
    registry.promote(RECOMMENDER, version)
    with PromotionLog(mongodb.address, mongodb.database) as log:
        log.append(RECOMMENDER, {"name": "als", "version": version}, "a test", {"verdict": "promoted"})


@pytest.fixture
def worker(start, lake, mongodb, redis, mlflow_server, tmp_path):
    """A near-line worker, a process of its own that has nothing to work with yet."""
    settings = WorkerSettings(port=free_port())
    server = servers.worker(settings, tmp_path / "worker")
    environment = {
        **server.environment,
        "MARQUEE_WORKER__PORT": str(settings.port),
        "MARQUEE_LAKE__ROOT": lake.root,
        "MARQUEE_MONGODB__URL": mongodb.address,
        "MARQUEE_MONGODB__DATABASE": mongodb.database,
        "MARQUEE_REDIS__URL": redis.address,
        "MARQUEE_MLFLOW__URL": mlflow_server.address,
        "MARQUEE_AIRFLOW__URL": f"http://127.0.0.1:{free_port()}",
    }
    process = start(replace(server, environment=environment))
    yield settings
    process.terminate()
    process.wait()


@pytest.fixture
def client(api_address, mongodb):
    """The API, which a generation is published for."""
    publish(mongodb)
    with httpx.Client(base_url=f"{api_address()}/api/v1", trust_env=False, timeout=30) as client:
        yield client


def has_champion(worker):
    figures = httpx.get(f"{worker.address}/metrics", trust_env=False).text
    return "marquee_champion_version{" in figures


def movies(told):
    return [each["movie_id"] for each in told["movies"]]


def test_five_science_fiction_films_change_the_list_of_a_new_profile(worker, champion, client):
    account = {"name": "ada", "password": "correct horse battery"}
    registered = client.post("/auth/register", json=account).raise_for_status().json()
    proof = {"Authorization": f"Bearer {registered['access_token']}"}
    profile = client.post("/profiles", json={"name": "Film night"}, headers=proof).raise_for_status().json()
    as_profile = {**proof, "X-Profile": str(profile["user_id"])}
    own_list = f"/users/{profile['user_id']}/recommendations"
    before = client.get(own_list).raise_for_status().json()
    assert wait_until(lambda: has_champion(worker), PATIENCE_SECONDS)

    for movie_id in SCIENCE_FICTION[:5]:
        rated = client.put(f"/ratings/{movie_id}", json={"rating": 5.0}, headers=as_profile).raise_for_status().json()

    def is_made_after_the_last():
        told = client.get(own_list).json()
        made_at = datetime.fromisoformat(told["generated_at"])
        return told["source"] == "personal" and made_at > datetime.fromisoformat(rated["rated_at"])

    assert wait_until(is_made_after_the_last, PATIENCE_SECONDS)
    after = client.get(own_list).json()
    assert (before["source"], movies(before)) == ("popular", POPULAR[:10])
    assert set(movies(after)) <= set(SCIENCE_FICTION[5:])
