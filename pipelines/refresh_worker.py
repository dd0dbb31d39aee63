"""Renew the lists of users who just did something, or whose list was found out of date: a process that goes on."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from redis.asyncio import Redis
from redis.exceptions import RedisError

from infra.errors import ServerUnreachable
from infra.settings import Settings, get_settings
from infra.stores.events import EventStore
from infra.stores.guard import Guard
from infra.stores.lake import Lake
from infra.stores.list_cache import UPDATES, ListCache
from infra.stores.mongodb import connect_async
from infra.stores.redis import connect
from infra.stores.registry import ModelRegistry
from infra.stores.streams import RETRY_SECONDS, Consumer, trim
from infra.stores.user_lists import UserLists
from pipelines.near_line.champion import Champion, Champions, Wanted, load_champion
from pipelines.near_line.consuming import consume
from pipelines.near_line.worker import GROUP, STREAMS, Worker

PATIENCE_MS = 10_000
TRIM_SECONDS = 60.0

log = logging.getLogger(__name__)


async def run(
    settings: Settings,
    load: Callable[[Wanted], Champion],
    stopping: asyncio.Event,
    retry_seconds: float = RETRY_SECONDS,
) -> None:
    """Renew lists until `stopping`. As many of these as wanted share the events.

    Killed anywhere, it leaves no list half written, and what it had in hand to the others.
    """
    redis = connect(settings.redis.address, as_text=True)
    async with connect_async(settings.mongodb.address, PATIENCE_MS) as client, redis:
        database = client[settings.mongodb.database]
        cache = ListCache(redis, Guard("Redis", PATIENCE_MS, RedisError))
        worker = Worker(database, UserLists(database, cache, EventStore(redis)), Champions(load))
        consumer = Consumer(redis, GROUP, STREAMS, retry_seconds)
        async with _trimming(redis):
            await consume(consumer, worker.handle, worker.keep_up, stopping)


def main() -> None:
    """Work on the configured servers, with the champion of the registry, until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = get_settings()
    load = partial(load_champion, ModelRegistry(settings.mlflow.address), Lake(settings.lake.root))
    asyncio.run(until_told(partial(run, settings, load)))


async def until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run something that stops when its event is set, and set it at SIGTERM or Ctrl-C."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    await work(stopping)


@asynccontextmanager
async def _trimming(redis: Redis) -> AsyncIterator[None]:
    """Trim the streams now and then beside the block."""
    task = asyncio.create_task(_trim_often(redis))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _trim_often(redis: Redis) -> None:
    while True:
        await asyncio.sleep(TRIM_SECONDS)
        for stream in (*STREAMS, UPDATES):
            try:
                await trim(redis, stream)
            except ServerUnreachable as error:
                log.warning("%s is not trimmed: %s", stream, error)
