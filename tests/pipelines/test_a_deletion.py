"""A person on the way from MongoDB through the lake to a list, and gone from all of it after a deletion."""

import asyncio

import numpy as np
import pytest

from infra.stores.erasure import Eraser
from infra.stores.events import EventStore
from infra.stores.generations import GenerationStore
from infra.stores.interactions import Action
from infra.stores.lake import Lake
from infra.stores.mongodb import connect, connect_async
from infra.stores.redis import connect as connect_redis
from infra.stores.user_layout import Kind
from infra.tables import FEATURES, RATINGS, RAW, RAW_ACTIONS
from models.likeness import MovieLikeness
from models.popularity import Popularity
from pipelines import build_features, ingest_ratings, publish_recommendations
from pipelines.exported_actions import export_actions
from pipelines.feature_arrays import read_ratings
from pipelines.publication.tonight import Publication
from tests.catalogues import silent
from tests.infra.stores.peopled import peopled
from tests.pipelines.publishing import stored
from tests.pipelines.written_archives import DAY, write_archive
from tests.publication import NIGHT

ADA = 1_000_000_000
OF_THE_ARCHIVE = {7, 8}


@pytest.fixture
def land(spark, mongodb, tmp_path):
    """Land an archive and what users did, and return who did something."""

    def land(lake, attempt):
        home = tmp_path / attempt
        archive = write_archive(home / "ml-test")
        export_actions(mongodb, home / "mongodb", DAY)
        ingest_ratings.run(DAY, lake, spark, archive, home / "mongodb", tmp_path / "docs")
        return set(lake.open(RAW).read_arrow(RAW_ACTIONS)["user_id"].to_pylist())

    return land


@pytest.fixture
def publish(mongodb, tmp_path):
    """Publish a snapshot, and return who has a list."""

    def publish(snapshot):
        ratings = read_ratings(snapshot)
        recommender = Popularity().fit(ratings, silent(ratings))
        similar = MovieLikeness().blend(np.ones((len(ratings.movies), 2), np.float32), ratings, silent(ratings))
        with GenerationStore(mongodb.address, mongodb.database) as store:
            champions = stored(recommender), stored(similar)
            generation = publish_recommendations.run(Publication(snapshot, *champions), store, NIGHT, tmp_path)
        with connect(mongodb.address) as client:
            return set(client[mongodb.database][f"user_recommendations_{generation}"].distinct("_id"))

    return publish


async def rate(mongodb, redis):
    """Register an account whose first profile rates and watches, and return its id."""
    async with peopled(mongodb, redis) as people:
        await people.interactions.do(Action(ADA, Kind.RATING, 1, NIGHT, {"rating": 4.5}))
        await people.interactions.do(Action(ADA, Kind.WATCH, 3, NIGHT))
        return people.account_id


async def delete(account_id, mongodb, redis):
    async with connect_async(mongodb.address, 20_000) as client, connect_redis(redis.address, as_text=True) as streams:
        await Eraser(client[mongodb.database], EventStore(streams)).erase_account(account_id)


def test_a_person_is_learned_from_until_the_account_is_deleted(land, publish, spark, mongodb, redis, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    account_id = asyncio.run(rate(mongodb, redis))
    assert land(lake, "first") == {ADA}
    build_features.run(DAY, lake, spark, tmp_path / "docs")
    learned_from = lake.open(FEATURES)
    assert set(learned_from.read_arrow(RATINGS)["user_id"].to_pylist()) == {*OF_THE_ARCHIVE, ADA}
    assert publish(learned_from) == {*OF_THE_ARCHIVE, ADA}

    asyncio.run(delete(account_id, mongodb, redis))

    assert publish(learned_from) == OF_THE_ARCHIVE
    assert land(lake, "second") == set()
