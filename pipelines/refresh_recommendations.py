"""Between two nights: have the hybrid model learn what was rated since, and renew the lists that are behind.

Nothing is landed in the lake: what users did is read where it is, in MongoDB, so there is no copy to erase people from.
"""

import asyncio
from datetime import UTC, datetime

from redis.exceptions import RedisError

from infra.settings import Settings, get_settings
from infra.stores.events import EventStore
from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.mongodb import connect_async
from infra.stores.redis import connect
from infra.stores.refreshes import SETTLING, deleted_users, is_news, look, remember
from infra.stores.user_lists import UserLists

PATIENCE_MS = 60_000


async def run(settings: Settings, now: datetime) -> str | None:
    """Bring lists and the hybrid model up to a minute before now; return what was done, None where nothing was new.

    New or not, what a worker wrote of someone who is gone, and was killed before it could look, is removed.
    Killed anywhere, the next run does the same once more, which changes nothing that was done.
    Raises ServerUnreachable, NoChampion, SnapshotMissing, or ModelRefused.
    """
    redis = connect(settings.redis.address, as_text=True)
    async with connect_async(settings.mongodb.address, PATIENCE_MS) as client, redis:
        database = client[settings.mongodb.database]
        cache = ListCache(redis, Guard("Redis", PATIENCE_MS, RedisError))
        lists = UserLists(database, cache, EventStore(redis))
        await lists.forget(await deleted_users(database))
        moment = await look(database, now - SETTLING)
        if not await is_news(database, moment):
            return None
        from pipelines.near_line.refresh import Refresh  # models and MLflow: seconds, which most runs do not need

        refresh = Refresh.configured(settings, database, lists)
        done = await refresh.run(moment)
        await remember(database, moment)
        return done


def main() -> bool:
    """Refresh the configured stores, and return whether anything had happened since the last time."""
    done = asyncio.run(run(get_settings(), datetime.now(UTC)))
    print(done or "nothing has happened since the last refresh")
    return done is not None
