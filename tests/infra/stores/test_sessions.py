import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from infra.errors import NotSignedIn
from infra.stores.mongodb import connect_async
from infra.stores.sessions import SessionStore
from tests.publication import NIGHT


@asynccontextmanager
async def sessions(mongodb):
    async with connect_async(mongodb.address, timeout_ms=20_000) as client:
        yield SessionStore(client[mongodb.database])


def test_a_renewed_token_is_of_the_same_account(mongodb):
    async def scenario():
        async with sessions(mongodb) as store:
            first = await store.open("ada", NIGHT)
            account_id, second = await store.renew(first, NIGHT)
            assert account_id == "ada"
            assert second != first
            assert (await store.renew(second, NIGHT))[0] == "ada"

    asyncio.run(scenario())


def test_a_token_used_twice_at_once_ends_the_session_whoever_was_first(mongodb):
    async def scenario():
        async with sessions(mongodb) as store:
            token = await store.open("ada", NIGHT)
            outcomes = await asyncio.gather(
                store.renew(token, NIGHT), store.renew(token, NIGHT), return_exceptions=True
            )
            (renewed,) = [outcome for outcome in outcomes if not isinstance(outcome, NotSignedIn)]
            with pytest.raises(NotSignedIn):
                await store.renew(renewed[1], NIGHT)

    asyncio.run(scenario())


def test_renewing_prolongs_a_session_and_an_old_one_ends(mongodb):
    async def scenario():
        async with sessions(mongodb) as store:
            token = await store.open("ada", NIGHT)
            _, token = await store.renew(token, NIGHT + timedelta(days=29))
            _, token = await store.renew(token, NIGHT + timedelta(days=58))
            with pytest.raises(NotSignedIn):
                await store.renew(token, NIGHT + timedelta(days=88))

    asyncio.run(scenario())


def test_closing_all_sessions_of_an_account_leaves_others(mongodb):
    async def scenario():
        async with sessions(mongodb) as store:
            adas, eves = await store.open("ada", NIGHT), await store.open("eve", NIGHT)
            await store.close_all("ada")
            with pytest.raises(NotSignedIn):
                await store.renew(adas, NIGHT)
            assert (await store.renew(eves, NIGHT))[0] == "eve"

    asyncio.run(scenario())
