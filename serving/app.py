"""The HTTP API: `uvicorn serving.app:app --host 127.0.0.1 --port 8000`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from infra.settings import get_settings
from infra.stores.recommendations import RecommendationStore
from serving.errors import tell_errors
from serving.routers import health, movies, users


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Read the generation in force before the first request, if MongoDB answers, and follow it until the last."""
    settings = get_settings()
    store = RecommendationStore(settings.mongodb.address, settings.mongodb.database, settings.api.mongodb_timeout_ms)
    await store.refresh()
    following = asyncio.create_task(store.follow(settings.api.refresh_seconds))
    app.state.store = store
    yield
    following.cancel()
    await store.close()


app = FastAPI(
    title="Marquee",
    version="1",
    summary="Movies for everyone: lists that were computed last night.",
    lifespan=lifespan,
)
app.include_router(users.router)
app.include_router(movies.router)
app.include_router(health.router)
tell_errors(app)
