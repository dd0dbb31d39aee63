import asyncio
import random

from infra.ending import end
from infra.stores.recommendations import RecommendationStore
from tests.publication import publish


async def swallow_cancellations(n):
    while n:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            n -= 1


def test_a_task_that_swallows_cancellations_is_ended_all_the_same():
    async def scenario():
        task = asyncio.create_task(swallow_cancellations(3))
        await asyncio.sleep(0)
        await end([task])
        assert task.done()

    asyncio.run(scenario())


def test_a_task_that_never_ends_is_left(caplog):
    async def scenario():
        task = asyncio.create_task(swallow_cancellations(10))
        await asyncio.sleep(0)
        await end([task], patience_seconds=0.01)
        assert not task.done()
        await end([task])

    asyncio.run(scenario())

    assert "goes on although it was told to end" in caplog.text


def test_there_may_be_nothing_to_end(caplog):
    asyncio.run(end([]))

    assert caplog.text == ""


def test_following_the_pointer_ends_whatever_the_driver_is_doing(mongodb):
    publish(mongodb, users={})
    chance = random.Random(0)

    async def scenario():
        store = RecommendationStore(mongodb.address, mongodb.database, timeout_ms=2_000)
        for _ in range(50):
            following = asyncio.create_task(store.follow(every_seconds=0.0))
            await asyncio.sleep(0.02 * chance.random())
            await end([following])
            assert following.done()
        await store.close()

    asyncio.run(scenario())
