"""What a near-line worker does now and then, beside its work."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from infra.ending import end
from infra.errors import MarqueeError
from infra.settings import Settings
from infra.stores.lake import Lake
from infra.stores.list_cache import UPDATES
from infra.stores.mongodb import Document
from infra.stores.streams import trim
from infra.stores.training_runs import TrainingRuns
from infra.tables import FEATURES, RATINGS
from pipelines.near_line.new_transactions import ask_if_due
from pipelines.near_line.worker import STREAMS

log = logging.getLogger(__name__)


class Chore(NamedTuple):
    """Something to do again and again."""

    do: Callable[[], Awaitable[object]]
    every_seconds: float


async def trim_streams(redis: Redis) -> None:
    """Drop the events that every group is done with."""
    for stream in (*STREAMS, UPDATES):
        await trim(redis, stream)


async def retrain_if_due(settings: Settings, database: AsyncDatabase[Document], redis: Redis) -> None:
    """Ask the configured Airflow for a training if enough has happened since the last."""
    snapshot = Lake(settings.lake.root).open(FEATURES)
    n_learned = snapshot.manifest.tables[RATINGS.name].n_rows
    airflow = settings.airflow
    runs = TrainingRuns(airflow.address, airflow.login, airflow.page_address)
    await ask_if_due(database, redis, n_learned, runs.start)


@asynccontextmanager
async def beside(*chores: Chore) -> AsyncIterator[None]:
    """Do chores beside the block; one that fails for another reason than the last time says so in the log."""
    tasks = [asyncio.create_task(_often(chore)) for chore in chores]
    try:
        yield
    finally:
        await end(tasks)


async def _often(chore: Chore) -> None:
    told = ""
    while True:
        await asyncio.sleep(chore.every_seconds)
        try:
            await chore.do()
            told = ""
        except Exception as error:  # whatever it is, a chore that ended would never be done again
            if told != (told := f"{type(error).__name__}: {error}"):
                log.warning(told, exc_info=not isinstance(error, MarqueeError))
