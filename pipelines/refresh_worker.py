"""Renew the lists of users who just did something, or whose list was found out of date: a process that goes on."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from functools import partial

from redis.exceptions import RedisError

from infra.logs import write_json_lines
from infra.settings import Settings, get_settings
from infra.stores.events import EventStore
from infra.stores.guard import Guard
from infra.stores.lake import Lake
from infra.stores.list_cache import ListCache
from infra.stores.mongodb import connect_async
from infra.stores.questions import Questions
from infra.stores.redis import connect
from infra.stores.registry import ModelRegistry
from infra.stores.streams import RETRY_SECONDS, Consumer
from infra.stores.user_lists import UserLists
from pipelines.near_line.champion import Champion, Champions, Wanted, load_champion
from pipelines.near_line.chores import Chore, beside, retrain_if_due, trim_streams
from pipelines.near_line.consuming import consume
from pipelines.near_line.explainer import answering_beside
from pipelines.near_line.figures import measure_streams, tell
from pipelines.near_line.worker import GROUP, STREAMS, Worker

PATIENCE_MS = 10_000
MEASURE_EVERY_SECONDS, TRIM_EVERY_SECONDS, RETRAIN_EVERY_SECONDS = 5, 60, 60


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
        champions = Champions(load)
        worker = Worker(database, UserLists(database, cache, EventStore(redis)), champions)
        consumer = Consumer(redis, GROUP, STREAMS, retry_seconds)
        chores = (
            Chore(partial(measure_streams, redis, GROUP, STREAMS), MEASURE_EVERY_SECONDS),
            Chore(partial(trim_streams, redis), TRIM_EVERY_SECONDS),
            Chore(partial(retrain_if_due, settings, database, redis), RETRAIN_EVERY_SECONDS),
        )
        async with beside(*chores), answering_beside(Questions(redis), database, champions):
            await consume(consumer, worker.handle, worker.keep_up, stopping)


def main() -> None:
    """Work on the configured servers, with the champion of the registry, until SIGTERM or Ctrl-C.

    What is not there yet, a server, a generation or a champion, is waited for. Raises MachineUnfit without a port.
    """
    write_json_lines()
    settings = get_settings()
    tell(settings.worker)

    def load(wanted: Wanted) -> Champion:
        return load_champion(ModelRegistry(settings.mlflow.address), Lake(settings.lake.root), wanted)

    asyncio.run(until_told(partial(run, settings, load)))


async def until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run something that stops when its event is set, and set it at SIGTERM or Ctrl-C."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    await work(stopping)
