import asyncio

from infra.stores.dead_letters import dead_letters, replay
from infra.stores.streams import MOST_TRIES
from tests.infra.stores.wishes import AT_ONCE, run, texts


async def fail_each_time(consumer, n_tries):
    for n_try in range(1, n_tries + 1):
        (event,) = await consumer.take(0.1)
        assert event.n_tries == n_try
        assert await consumer.failed(event, f"failed {n_try}") is (n_try == MOST_TRIES)


def test_after_five_tries_an_event_is_a_dead_letter_with_its_last_reason(redis):
    async def scenario(wishes):
        await wishes.tell("poison")
        await fail_each_time(wishes.consumer(AT_ONCE), 5)
        (dead,) = await dead_letters(wishes.client)
        assert dead[1:] == ("wishes", "worker", "poison", "failed 5", 5)
        assert await wishes.pending() == 0

    run(redis, scenario)


def test_an_event_that_ends_its_consumer_each_time_is_a_dead_letter_too(redis):
    async def scenario(wishes):
        await wishes.tell("deadly")
        for _ in range(5):
            assert texts(await wishes.consumer(AT_ONCE).take(0.1)) == ["deadly"]
        assert await wishes.consumer(AT_ONCE).take(0.01) == []
        (dead,) = await dead_letters(wishes.client)
        assert "ended before it was done" in dead.reason

    run(redis, scenario)


def test_a_dead_letter_comes_back_once_and_counts_its_tries_anew(redis):
    async def scenario(wishes):
        await wishes.tell("poison")
        consumer = wishes.consumer(AT_ONCE)
        await fail_each_time(consumer, 5)
        assert sum(await asyncio.gather(replay(wishes.client), replay(wishes.client))) >= 1
        assert await dead_letters(wishes.client) == []
        (event,) = await consumer.take(0.1)
        assert (event.text, event.n_tries) == ("poison", 1)
        await consumer.done([event])
        assert await consumer.take(0.01) == []

    run(redis, scenario)
