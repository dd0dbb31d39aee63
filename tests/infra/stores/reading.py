"""Reading what is published, and spoiling it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo import MongoClient

from infra.settings import MongodbSettings
from infra.stores.generation_layout import Content
from infra.stores.ranked_movies import RankedMovies
from infra.stores.recommendations import Generation, RecommendationStore


@asynccontextmanager
async def reading(mongodb: MongodbSettings) -> AsyncIterator[RecommendationStore]:
    """Read as the API does, from what is published when the block begins; later generations need a refresh."""
    store = RecommendationStore(mongodb.address, mongodb.database, timeout_ms=2_000)
    await store.refresh()
    yield store
    await store.close()


async def own_list(store: RecommendationStore, user_id: int) -> tuple[Generation, RankedMovies | None]:
    """Return a user's list, and the generation it is of."""
    generation, lists = await store.lists(Content.USER_LISTS, [user_id])
    return generation, lists[user_id]


def overwrite(mongodb: MongodbSettings, collection: str, key: object, fields: dict) -> None:
    """Write over fields of one document, which must be there."""
    with MongoClient(mongodb.address) as client:
        result = client[mongodb.database][collection].update_one({"_id": key}, {"$set": fields})
        assert result.matched_count == 1
