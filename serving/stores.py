"""What the API reads and asks, opened at start-up and closed at the end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

from infra.ending import end
from infra.settings import Settings
from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.recommendation_requests import RecommendationRequests
from infra.stores.recommendations import RecommendationStore
from infra.stores.redis import connect
from serving.lookup import Lookup
from serving.recommender import Recommender


@dataclass(frozen=True)
class Stores:
    """The generation in force, what recommends from it, and the guards of the servers behind both."""

    recommendations: RecommendationStore
    recommender: Recommender
    guards: tuple[Guard, ...]


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Open everything; an outage of MongoDB or Redis delays this by a second and stops nothing."""
    api = settings.api
    store = RecommendationStore(settings.mongodb.address, settings.mongodb.database, api.mongodb_timeout_ms)
    redis, guard = connect(settings.redis.address), Guard("Redis", api.redis_timeout_ms, RedisError)
    lookup, requests = Lookup(store, ListCache(redis, guard)), RecommendationRequests(redis, guard)
    recommender = Recommender(store, lookup, requests, api.personal_budget_ms / 1e3, api.similar_budget_ms / 1e3)
    await store.refresh()
    async with _running(store.follow(api.refresh_seconds), requests.send_all()):
        yield Stores(store, recommender, (store.guard, guard))
    await lookup.close()
    await store.close()
    await guard.close()
    await redis.aclose()


@asynccontextmanager
async def _running(*coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these beside the block, and end them with it."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        yield
    finally:
        await end(tasks)
