"""What a group has still to do of a stream, for those who watch over it."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from redis.asyncio import Redis

from infra.stores.redis import answering


class Backlog(NamedTuple):
    """How many events were taken and are not done, and when the oldest that is not done was told, None without one."""

    n_pending: int
    oldest_at: datetime | None

    def lag_seconds(self, now: datetime) -> float:
        """Return for how long the oldest has waited, 0 without one."""
        return max(0.0, (now - self.oldest_at).total_seconds()) if self.oldest_at else 0.0


async def read_backlog(client: Redis, stream: str, group: str) -> Backlog:
    """Return what a group has still to do; raises ServerUnreachable. `client` answers with text."""
    with answering():
        groups: Any = await client.xinfo_groups(stream) if await client.exists(stream) else []
        mine = next((each for each in groups if each["name"] == group), None)
        taken = mine["last-delivered-id"] if mine else "0-0"
        untaken: Any = await client.xrange(stream, min=f"({taken}", count=1)
        pending: Any = await client.xpending(stream, group) if mine else {"pending": 0, "min": None}
    waiting = [pending["min"]] if pending["min"] else [entry_id for entry_id, _ in untaken]
    return Backlog(pending["pending"], _told_at(waiting[0]) if waiting else None)


def _told_at(entry_id: str) -> datetime:
    return datetime.fromtimestamp(int(entry_id.split("-")[0]) / 1_000, UTC)
