"""The rule that asks for a night by itself: enough has happened since the last one landed what users did."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from infra.stores.mongodb import Document, doing
from infra.stores.redis import answering
from infra.stores.training_runs import TrainingRun
from infra.stores.user_layout import PLACES, Kind

NEW_TRANSACTIONS = 10_000
"""So many new ratings and views are worth a night, however many there are in all."""

NEW_SHARE = 0.05
"""And so large a share of the ratings learned from, where that is fewer."""

ASKED = "asked_to_retrain"
QUIET_SECONDS = 3_600
"""A night is asked for once in this time, from however many workers, also if it fails."""

log = logging.getLogger(__name__)


def is_due(n_new: int, n_learned: int) -> bool:
    """Tell whether `n_new` ratings and views since the last landing are enough, where `n_learned` are known."""
    return n_new > 0 and n_new >= min(NEW_TRANSACTIONS, NEW_SHARE * n_learned)


async def ask_if_due(
    database: AsyncDatabase[Document],
    redis: Redis,
    landed_at: datetime,
    n_learned: int,
    start: Callable[[str], TrainingRun],
) -> TrainingRun | None:
    """Start a night if one is due and was not asked for lately, and return its run.

    `landed_at` is when the newest raw snapshot was begun, which holds what was done before. Raises ServerUnreachable.
    """
    n_new = await count_since(database, landed_at)
    if not is_due(n_new, n_learned) or not await _is_first_to_ask(redis):
        return None
    run = await asyncio.to_thread(start, f"{n_new:,} new ratings and views")
    log.info("a night %s: %s", "was asked for" if run.is_new else "is under way", run.link)
    return run


async def _is_first_to_ask(redis: Redis) -> bool:
    with answering():
        return bool(await redis.set(ASKED, "yes", nx=True, ex=QUIET_SECONDS))


async def count_since(database: AsyncDatabase[Document], moment: datetime) -> int:
    """Return how many movies were rated or watched after a moment; raises ServerUnreachable."""
    with doing():
        return sum(
            [
                await database[PLACES[kind].collection].count_documents({PLACES[kind].time: {"$gt": moment}})
                for kind in (Kind.RATING, Kind.WATCH)
            ]
        )
