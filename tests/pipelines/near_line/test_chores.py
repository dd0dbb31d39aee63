import asyncio
import logging
from itertools import chain, repeat

import pytest

from infra.errors import ServerUnreachable
from pipelines.near_line.chores import Chore, beside


def failing(*errors):
    """Return a chore that fails with these errors one after the other and then does well, and what it has done."""
    outcomes, done = chain(errors, repeat(None)), asyncio.Event()

    async def do():
        if error := next(outcomes):
            raise error
        done.set()

    return Chore(do, every_seconds=0.001), done


@pytest.mark.parametrize("error", [ServerUnreachable("Redis is away"), KeyError("ratings")])
def test_a_chore_that_failed_is_done_again(error):
    async def scenario():
        chore, done = failing(error, error)
        async with beside(chore), asyncio.timeout(10):
            assert await done.wait()

    asyncio.run(scenario())


def test_what_went_wrong_is_told_once_and_with_a_trace_where_it_was_not_foreseen(caplog):
    away, odd = ServerUnreachable("Redis is away"), KeyError("ratings")

    async def scenario():
        chore, done = failing(away, away, odd, odd)
        async with beside(chore), asyncio.timeout(10):
            await done.wait()

    with caplog.at_level(logging.WARNING, "pipelines.near_line.chores"):
        asyncio.run(scenario())
    told = [(record.message, bool(record.exc_info)) for record in caplog.records]
    assert told == [("ServerUnreachable: Redis is away", False), ("KeyError: 'ratings'", True)]
