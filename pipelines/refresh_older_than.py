"""Ask the near-line workers for new lists in place of old ones."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from redis.exceptions import RedisError

from infra.settings import get_settings
from infra.stores.events import EventStore
from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.mongodb import connect_async
from infra.stores.recommendation_requests import RecommendationRequests, Request
from infra.stores.redis import connect
from infra.stores.user_lists import UserLists

PATIENCE_MS = 60_000
WHY = "age"


async def run(
    lists: UserLists,
    requests: RecommendationRequests,
    moment: datetime,
    per_second: int,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> int:
    """Ask for the list of every user whose list was made before a moment; return how many were asked for.

    Lists that were asked for in the last minutes are not asked for again, so running it twice asks once.
    Raises ServerUnreachable.
    """
    n_asked = 0
    for user_id in await lists.older_than(moment):
        if await requests.send(Request(uuid4().hex, user_id, WHY, request_id="refresh_older_than")):
            n_asked += 1
            await sleep(1 / per_second)
    return n_asked


def main(hours: float, per_second: int) -> None:
    """Ask for what is older than so many hours, with the configured stores, and print how many lists were asked for."""
    settings = get_settings()

    async def ask() -> int:
        redis = connect(settings.redis.address, as_text=True)
        async with connect_async(settings.mongodb.address, PATIENCE_MS) as client, redis:
            guard = Guard("Redis", PATIENCE_MS, RedisError)
            lists = UserLists(client[settings.mongodb.database], ListCache(redis, guard), EventStore(redis))
            moment = datetime.now(UTC) - timedelta(hours=hours)
            return await run(lists, RecommendationRequests(redis, guard), moment, per_second)

    print(f"{asyncio.run(ask()):,} lists older than {hours:g} hours were asked for")
