import asyncio
from contextlib import asynccontextmanager

import pytest

from infra.errors import ServerUnreachable
from infra.stores.redis import connect
from infra.stores.streams import Consumer, trim
from tests.infra.stores.wishes import AT_ONCE, LATER, run, texts

NOBODY_LISTENS = "redis://127.0.0.1:9/0"
SOON = 0.3


def test_a_new_group_begins_with_the_oldest_event_and_takes_a_batch(redis):
    async def scenario(wishes):
        await wishes.tell("a", "b", "c")
        events = await wishes.consumer().take(0.1)
        assert texts(events) == ["a", "b", "c"]
        assert {event.n_tries for event in events} == {1}

    run(redis, scenario)


def test_a_stream_that_is_not_there_yet_holds_nothing(redis):
    async def scenario(wishes):
        consumer = wishes.consumer()
        assert await consumer.take(0.01) == []
        await wishes.tell("a")
        assert texts(await consumer.take(0.1)) == ["a"]

    run(redis, scenario)


def test_consumers_of_a_group_share_and_groups_do_not(redis):
    async def scenario(wishes):
        one, other = wishes.consumer(), wishes.consumer()
        await wishes.tell("a")
        assert texts(await one.take(0.1)) == ["a"]
        assert await other.take(0.01) == []
        assert texts(await wishes.consumer(group="mailer").take(0.1)) == ["a"]

    run(redis, scenario)


def test_what_is_done_is_never_taken_again(redis):
    async def scenario(wishes):
        await wishes.tell("a")
        consumer = wishes.consumer(AT_ONCE)
        await consumer.done(await consumer.take(0.1))
        assert await consumer.take(0.01) == []
        assert await wishes.pending() == 0

    run(redis, scenario)


def test_what_a_dead_consumer_took_is_taken_again_together_and_then_one_by_one(redis):
    async def scenario(wishes):
        await wishes.tell(*"abc")
        await wishes.consumer().take(0.1)
        heir = wishes.consumer(SOON)
        await asyncio.sleep(2 * SOON)
        assert [(event.text, event.n_tries) for event in await heir.take(0.01)] == [("a", 2), ("b", 2), ("c", 2)]
        await asyncio.sleep(2 * SOON)
        again = []
        for _ in "abc":
            (event,) = await heir.take(0.01)
            await heir.done([event])
            again.append((event.text, event.n_tries))
        assert again == [("a", 3), ("b", 3), ("c", 3)]
        assert await wishes.pending() == 0

    run(redis, scenario)


def test_what_is_tried_alone_is_not_forgotten_behind_what_is_tried_together(redis):
    async def scenario(wishes):
        await wishes.tell(*"ab")
        await wishes.consumer().take(0.1)
        (_, (b, _)) = await wishes.client.xrange("wishes")
        await wishes.client.xclaim("wishes", "worker", "dead", 0, [b])
        heir = wishes.consumer(SOON)
        await asyncio.sleep(2 * SOON)
        assert texts(await heir.take(0.01)) == ["a"]
        assert texts(await heir.take(0.01)) == ["b"]

    run(redis, scenario)


def test_what_another_consumer_took_just_now_is_left_to_it(redis):
    async def scenario(wishes):
        await wishes.tell("a")
        await wishes.consumer().take(0.1)
        assert await wishes.consumer(LATER).take(0.01) == []

    run(redis, scenario)


def test_an_old_event_is_found_behind_many_that_others_took_just_now(redis):
    async def scenario(wishes):
        await wishes.tell(*map(str, range(60)))
        await wishes.consumer().take(0.1)
        *_, last = await wishes.client.xrange("wishes")
        await wishes.client.xclaim("wishes", "worker", "dead", 0, [last[0]], idle=7_200_000)
        assert texts(await wishes.consumer(LATER).take(0.01)) == ["59"]

    run(redis, scenario)


def test_an_event_that_was_removed_while_it_was_pending_is_forgotten(redis):
    async def scenario(wishes):
        await wishes.tell("a")
        (event,) = await wishes.consumer().take(0.1)
        await wishes.client.xdel("wishes", event.entry_id)
        assert await wishes.consumer(AT_ONCE).take(0.01) == []
        assert await wishes.pending() == 0

    run(redis, scenario)


def test_trimming_drops_what_every_group_has_done_and_nothing_else(redis):
    async def scenario(wishes):
        fast, slow = wishes.consumer(), wishes.consumer(group="mailer")
        await wishes.tell("a", "b")
        done_by_slow = await slow.take(0.1)
        await slow.done(done_by_slow)
        await fast.done(await fast.take(0.1))
        await wishes.tell("c", "d")
        await fast.done(await fast.take(0.1))
        await trim(wishes.client, "wishes")
        assert await wishes.left() == ["b", "c", "d"]  # the last that was taken marks the place
        assert texts(await slow.take(0.1)) == ["c", "d"]

    run(redis, scenario)


def test_trimming_keeps_what_was_taken_and_is_not_done(redis):
    async def scenario(wishes):
        await wishes.tell("a", "b", "c")
        consumer = wishes.consumer()
        a, _, c = await consumer.take(0.1)
        await consumer.done([a, c])
        await trim(wishes.client, "wishes")
        assert await wishes.left() == ["b", "c"]

    run(redis, scenario)


def test_trimming_leaves_a_stream_that_no_group_reads_as_a_window(redis):
    async def scenario(wishes):
        await wishes.tell("a", "b")
        await trim(wishes.client, "wishes")
        assert await wishes.left() == ["a", "b"]

    run(redis, scenario)


@asynccontextmanager
async def unreachable():
    async with connect(NOBODY_LISTENS, as_text=True) as client:
        yield Consumer(client, "worker", ["wishes"])


def test_without_redis_it_says_so():
    async def scenario():
        async with unreachable() as consumer:
            with pytest.raises(ServerUnreachable, match="Redis does not answer"):
                await consumer.take(0.1)

    asyncio.run(scenario())
