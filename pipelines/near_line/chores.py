"""What a near-line worker does now and then, beside its work."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
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
from infra.tables import FEATURES, RATINGS, RAW
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
    """Ask the configured Airflow for another night of today if enough has happened since the last was landed.

    A training alone would learn from the newest features, which hold nothing of what is new.
    """
    lake, airflow = Lake(settings.lake.root), settings.airflow
    n_learned = lake.open(FEATURES).record(RATINGS).n_rows
    runs = TrainingRuns(airflow.address, airflow.login, airflow.page_address)
    start = partial(runs.start_night, datetime.now(UTC).date())
    await ask_if_due(database, redis, lake.open(RAW).began_at, n_learned, start)


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
