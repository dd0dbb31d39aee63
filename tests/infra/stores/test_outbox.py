import asyncio
from contextlib import asynccontextmanager

import pytest

from infra.errors import ServerUnreachable
from infra.local import servers
from infra.settings import RedisSettings
from infra.stores.events import INTERACTIONS, EventStore, Interaction
from infra.stores.interactions import Action
from infra.stores.outbox import Outbox
from infra.stores.redis import connect
from infra.stores.user_layout import Kind
from tests.conftest import free_port
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT


async def watch(people, *movie_ids):
    for movie_id in movie_ids:
        await people.interactions.do(Action(people.user_id, Kind.WATCH, movie_id, NIGHT))


async def until(condition):
    async with asyncio.timeout(30):
        while not await condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def relaying(*outboxes):
    stopping = asyncio.Event()
    relays = [asyncio.create_task(outbox.relay(stopping)) for outbox in outboxes]
    yield
    stopping.set()
    await asyncio.gather(*relays)


def test_what_was_done_arrives_in_order_and_leaves_the_outbox(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await watch(people, 1, 6, 541)
            assert await people.outbox.move() == 3
            assert await people.outbox.move() == 0
            told = await people.told()
            assert [event.id for event in told] == [f"{people.user_id}-{number}" for number in (1, 2, 3)]
            assert told[0] == Interaction(f"{people.user_id}-1", people.user_id, 1, "watch", None, False, NIGHT)
            assert await people.waiting() == []

    asyncio.run(scenario())


def test_an_entry_of_before_requests_had_ids_is_told_too(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await watch(people, 6)
            await people.database["outbox"].update_one({}, {"$unset": {"request_id": True}})
            await people.outbox.move()
            assert [event.request_id for event in await people.told()] == ["-"]

    asyncio.run(scenario())


def test_more_than_one_batch_is_moved(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await watch(people, *range(1, 131))
            async with relaying(people.outbox):
                await until(lambda: is_empty(people))
            assert [event.movie_id for event in await people.told()] == list(range(1, 131))

    asyncio.run(scenario())


async def is_empty(people):
    return not await people.waiting()


def test_after_a_crash_before_redis_heard_of_it_an_event_arrives_once(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            async with relaying(people.outbox):
                pass
            await watch(people, 6)
            assert await people.told() == []
            await Outbox(people.database, people.events).move()
            assert [event.movie_id for event in await people.told()] == [6]

    asyncio.run(scenario())


class DyingEvents(EventStore):
    """The real streams, told by a process that dies as soon as Redis has taken something."""

    async def tell(self, interactions):
        await super().tell(interactions)
        raise asyncio.CancelledError


def test_after_a_crash_once_redis_has_it_an_event_arrives_again_with_the_same_id(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await watch(people, 6)
            with pytest.raises(asyncio.CancelledError):
                await Outbox(people.database, DyingEvents(people.redis)).move()
            assert len(await people.waiting()) == 1
            await people.outbox.move()
            told = await people.told()
            assert len(told) == 2
            assert len(set(told)) == 1
            assert await people.waiting() == []

    asyncio.run(scenario())


def test_several_relays_take_turns_and_tell_everything_once(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            async with relaying(*(Outbox(people.database, people.events) for _ in range(4))):
                await watch(people, *range(1, 51))
                await until(lambda: is_empty(people))
            assert [event.movie_id for event in await people.told()] == list(range(1, 51))

    asyncio.run(scenario())


def test_nobody_moves_events_in_the_turn_of_another(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await watch(people, 6)
            async with people.events.turn(patience_seconds=1, lasts_seconds=60) as is_ours:
                assert is_ours
                assert await people.outbox.move() == 0
            assert await people.outbox.move() == 1

    asyncio.run(scenario())


def test_the_turn_of_a_process_that_was_killed_ends_by_itself(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await watch(people, 6)
            await people.redis.set("outbox_turn", "somebody who was killed", px=300)
            assert await people.outbox.move() == 0
            async with relaying(people.outbox):
                await until(lambda: is_empty(people))

    asyncio.run(scenario())


def test_while_redis_is_away_events_wait_and_then_arrive(mongodb, redis, start, tmp_path):
    own = servers.redis(RedisSettings(port=free_port()), tmp_path / "redis")

    async def scenario():
        async with (
            peopled(mongodb, redis) as people,
            connect(own.address, as_text=True) as late,
        ):
            outbox = Outbox(people.database, EventStore(late))
            await watch(people, 6)
            with pytest.raises(ServerUnreachable, match="Redis does not answer"):
                await outbox.move()
            async with relaying(outbox):
                await asyncio.to_thread(start, own)
                await until(lambda: is_empty(people))
            assert await late.xlen(INTERACTIONS) == 1

    asyncio.run(scenario())


def test_an_entry_nobody_can_read_does_not_end_the_relay(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.database["outbox"].insert_one({"_id": "odd", "happened_at": NIGHT})
            async with relaying(people.outbox):
                await watch(people, 6)
                await asyncio.sleep(0.3)
                await people.database["outbox"].delete_one({"_id": "odd"})
                await until(lambda: is_empty(people))
            assert len(await people.told()) == 1

    asyncio.run(scenario())
