"""The rule that asks for a training by itself: enough has happened since the last."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from pymongo import DESCENDING
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from infra.stores.mongodb import Document, doing
from infra.stores.promotions import PROMOTIONS
from infra.stores.redis import answering
from infra.stores.registry import RECOMMENDER
from infra.stores.training_runs import TrainingRun
from infra.stores.user_layout import PLACES, Kind

NEW_TRANSACTIONS = 10_000
"""So many new ratings and views are worth a training, however many there are in all."""

NEW_SHARE = 0.05
"""And so large a share of the ratings learned from, where that is fewer."""

ASKED = "asked_to_retrain"
QUIET_SECONDS = 3_600
"""A training is asked for once in this time, from however many workers, also if it fails."""

log = logging.getLogger(__name__)


def is_due(n_new: int, n_learned: int) -> bool:
    """Tell whether `n_new` ratings and views since the last training are enough, after one on `n_learned` ratings."""
    return n_new > 0 and n_new >= min(NEW_TRANSACTIONS, NEW_SHARE * n_learned)


async def ask_if_due(
    database: AsyncDatabase[Document], redis: Redis, n_learned: int, start: Callable[[str], TrainingRun]
) -> TrainingRun | None:
    """Start a training if one is due and was not asked for lately, and return it; before the first none is due.

    The last training is the last decision about a champion, refusals too. Raises ServerUnreachable.
    """
    with doing():
        mine = {"registered_name": RECOMMENDER}
        last = await database[PROMOTIONS].find_one(mine, sort=[("at", DESCENDING)])
    n_new = await count_since(database, last["at"]) if last else 0
    if not is_due(n_new, n_learned) or not await _is_first_to_ask(redis):
        return None
    run = await asyncio.to_thread(start, f"{n_new:,} new ratings and views")
    log.info("a training %s: %s", "was asked for" if run.is_new else "is under way", run.link)
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
