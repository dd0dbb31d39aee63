import asyncio
import socket
import time

import pytest

from infra.patience import Patience


def test_silence_ends_with_a_timeout():
    async def scenario():
        with pytest.raises(TimeoutError):
            async with Patience(0.001):
                await asyncio.Event().wait()

    asyncio.run(scenario())


def test_an_answer_that_came_while_the_loop_was_busy_still_counts():
    async def scenario():
        here, there = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=here)
        async with Patience(0.01):
            asyncio.get_running_loop().call_soon(time.sleep, 0.05)
            there.sendall(b"answer")
            assert await reader.readexactly(6) == b"answer"
        writer.close()
        there.close()

    asyncio.run(scenario())


def test_time_in_which_the_loop_was_held_up_does_not_count():
    async def scenario():
        asyncio.get_running_loop().call_soon(time.sleep, 0.05)
        async with Patience(0.02):
            await asyncio.sleep(0)  # held up before anything can be asked
            await asyncio.sleep(0.001)
            return "answer"

    assert asyncio.run(scenario()) == "answer"


def test_what_comes_after_the_block_is_not_timed():
    async def scenario():
        async with Patience(0.001):
            time.sleep(0.01)  # so that a look is due right after the block
        await asyncio.sleep(0.01)
        assert not asyncio.current_task().cancelling()

    asyncio.run(scenario(), debug=True)
