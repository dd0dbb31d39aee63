import asyncio
import time

import pytest

from infra.errors import ServerUnreachable
from infra.stores.guard import N_AT_ONCE, N_FAILURES, Guard


class Refused(Exception):
    pass


async def refuse():
    raise Refused("connection refused")


async def say_nothing():
    await asyncio.Event().wait()


async def answer():
    return "answer"


def guard(timeout_ms=10):
    return Guard("Redis", timeout_ms, Refused)


@pytest.mark.parametrize("question", [refuse, say_nothing])
def test_after_five_failures_in_a_row_the_server_is_not_asked(question):
    async def scenario():
        breaker = guard()
        for _ in range(N_FAILURES):
            assert breaker.state == "closed"
            with pytest.raises(ServerUnreachable, match="Redis does not answer"):
                await breaker.ask(question)
        assert breaker.state == "open"
        with pytest.raises(ServerUnreachable, match="Redis did not answer a moment ago"):
            await breaker.ask(answer)

    asyncio.run(scenario())


def test_an_answer_in_between_starts_the_count_anew():
    async def scenario():
        breaker = guard()
        for question in [refuse] * (N_FAILURES - 1) + [answer] + [refuse] * (N_FAILURES - 1):
            await asyncio.gather(breaker.ask(question), return_exceptions=True)
        assert breaker.state == "closed"

    asyncio.run(scenario())


def test_an_error_of_the_caller_is_no_failure_of_the_server():
    async def mistake():
        raise KeyError("movie_id")

    async def scenario():
        breaker = guard()
        for _ in range(N_FAILURES + 1):
            with pytest.raises(KeyError):
                await breaker.ask(mistake)
        assert breaker.state == "closed"

    asyncio.run(scenario())


def test_what_one_pause_stops_together_counts_once():
    async def scenario():
        breaker = guard()
        for _ in range(N_FAILURES - 1):
            told = await asyncio.gather(*(breaker.ask(say_nothing) for _ in range(N_AT_ONCE)), return_exceptions=True)
            assert {type(each) for each in told} == {ServerUnreachable}
        assert breaker.state == "closed"

    asyncio.run(scenario())


def test_no_more_than_so_many_are_on_their_way():
    async def scenario():
        breaker, n_asked = guard(timeout_ms=10_000), 0

        async def ask_in_vain():
            nonlocal n_asked
            n_asked += 1
            await say_nothing()

        asking = [asyncio.create_task(breaker.ask(ask_in_vain)) for _ in range(3 * N_AT_ONCE)]
        await asyncio.sleep(0.01)
        assert n_asked == N_AT_ONCE
        for task in asking:
            task.cancel()

    asyncio.run(scenario())


def test_a_question_that_takes_too_long_is_not_torn_from_its_driver():
    async def scenario():
        may_end, ended = asyncio.Event(), asyncio.Event()

        async def answer_late():
            await may_end.wait()
            ended.set()

        with pytest.raises(ServerUnreachable, match="Redis does not answer"):
            await guard().ask(answer_late)
        may_end.set()
        await asyncio.wait_for(ended.wait(), 10)

    asyncio.run(scenario())


def test_after_closing_nothing_is_on_its_way():
    async def scenario():
        breaker = guard()
        with pytest.raises(ServerUnreachable):
            await breaker.ask(say_nothing)
        assert len(asyncio.all_tasks()) == 2
        await breaker.close()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


async def asked_while_the_loop_is_held_up(question):
    """Return what a breaker is like after many questions, each held up for longer than its answer may take."""
    breaker = guard(timeout_ms=20)

    async def held_up():
        time.sleep(0.1)
        return await question()

    for _ in range(2 * N_FAILURES):
        await asyncio.gather(breaker.ask(held_up), return_exceptions=True)
    await breaker.close()
    return breaker.state


def test_a_loop_that_is_held_up_is_no_outage_of_a_server_that_is_well():
    async def answer_in_time():
        await asyncio.sleep(0.002)

    assert asyncio.run(asked_while_the_loop_is_held_up(answer_in_time)) == "closed"


def test_a_server_that_says_nothing_to_a_loop_that_is_held_up_is_an_outage():
    assert asyncio.run(asked_while_the_loop_is_held_up(say_nothing)) == "open"


def test_a_server_that_answers_a_little_late_is_waited_for_and_is_no_outage():
    async def answer_late():
        await asyncio.sleep(0.03)
        return "answer"

    async def scenario():
        breaker, told = guard(timeout_ms=20), []
        while "answer" not in told:
            told += await asyncio.gather(breaker.ask(answer_late), return_exceptions=True)
            await asyncio.sleep(0.03)  # for the answer
        assert breaker.stretch > 1
        assert breaker.state == "closed"

    asyncio.run(scenario())
