"""What a group has still to do, of a stream in a real Redis."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from infra.stores.backlog import Backlog, read_backlog
from infra.stores.redis import connect
from infra.stores.streams import Consumer

BEGAN = datetime(2026, 11, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def backlog(redis):
    """Tell an event each second, let a group take and do the first of them, and return what is left."""

    def backlog(n_told, n_taken, n_done):
        async def scenario():
            async with connect(redis.address, as_text=True) as client:
                consumer = Consumer(client, "workers", ["events"])
                taken = []
                for number in range(n_told):
                    if number == n_taken:
                        taken += await consumer.take(0.01)
                    entry_id = f"{int((BEGAN + number * SECOND).timestamp() * 1_000)}-0"
                    await client.xadd("events", {"event": "{}"}, entry_id)
                if n_taken == n_told:
                    taken += await consumer.take(0.01)
                await consumer.done(taken[:n_done])
                return await read_backlog(client, "events", "workers")

        return asyncio.run(scenario())

    return backlog


@pytest.mark.parametrize(
    ("n_told", "n_taken", "n_done", "left"),
    [
        (0, 9, 0, Backlog(0, None)),
        (3, 9, 0, Backlog(0, BEGAN)),
        (3, 3, 3, Backlog(0, None)),
        (3, 2, 2, Backlog(0, BEGAN + 2 * SECOND)),
        (3, 2, 1, Backlog(1, BEGAN + SECOND)),
    ],
    ids=["no stream", "no group", "all done", "one not taken", "one not done"],
)
def test_the_oldest_event_that_is_not_done_tells_how_late_a_group_is(backlog, n_told, n_taken, n_done, left):
    found = backlog(n_told, n_taken, n_done)

    assert found == left
    assert found.lag_seconds(BEGAN + 10 * SECOND) == (
        (BEGAN + 10 * SECOND - left.oldest_at).total_seconds() if left.oldest_at else 0
    )
