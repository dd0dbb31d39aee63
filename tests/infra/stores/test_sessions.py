import asyncio
from datetime import timedelta

import pytest

from infra.errors import NotSignedIn
from infra.stores.erasure import Eraser
from infra.stores.sessions import SessionStore
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT


@pytest.fixture
def run(mongodb, redis):
    """Run a scenario with somebody who has an account, and the sessions."""

    def run(scenario):
        async def within():
            async with peopled(mongodb, redis) as people:
                await scenario(people, SessionStore(people.database))

        asyncio.run(within())

    return run


def test_a_renewed_token_is_of_the_same_account(run):
    async def scenario(people, store):
        first = await store.open(people.account, NIGHT)
        account_id, second = await store.renew(first, NIGHT)
        assert account_id == people.account_id
        assert second != first
        assert (await store.renew(second, NIGHT))[0] == people.account_id

    run(scenario)


def test_a_token_used_twice_at_once_ends_the_session_whoever_was_first(run):
    async def scenario(people, store):
        token = await store.open(people.account, NIGHT)
        outcomes = await asyncio.gather(store.renew(token, NIGHT), store.renew(token, NIGHT), return_exceptions=True)
        (renewed,) = [outcome for outcome in outcomes if not isinstance(outcome, NotSignedIn)]
        with pytest.raises(NotSignedIn):
            await store.renew(renewed[1], NIGHT)

    run(scenario)


def test_renewing_prolongs_a_session_and_an_old_one_ends(run):
    async def scenario(people, store):
        token = await store.open(people.account, NIGHT)
        _, token = await store.renew(token, NIGHT + timedelta(days=29))
        _, token = await store.renew(token, NIGHT + timedelta(days=58))
        with pytest.raises(NotSignedIn):
            await store.renew(token, NIGHT + timedelta(days=88))

    run(scenario)


async def sessions_of(people):
    return await people.database["refresh_tokens"].count_documents({})


def test_whoever_proved_a_password_that_was_changed_meanwhile_is_not_let_in(run):
    async def scenario(people, store):
        changed = await people.accounts.change_password(people.account, "another hash")
        with pytest.raises(NotSignedIn, match="got another password, at the same time: log in again"):
            await store.open(people.account, NIGHT)
        assert await sessions_of(people) == 0
        await store.open(changed, NIGHT)

    run(scenario)


def test_a_new_password_among_many_log_ins_with_the_old_one_ends_all_their_sessions(run):
    async def scenario(people, store):
        logging_in = [store.open(people.account, NIGHT) for _ in range(20)]
        changing = people.accounts.change_password(people.account, "another hash")
        *outcomes, _ = await asyncio.gather(*logging_in, changing, return_exceptions=True)
        assert all(isinstance(outcome, str | NotSignedIn) for outcome in outcomes)
        assert await sessions_of(people) == 0

    run(scenario)


def test_a_deletion_among_many_log_ins_leaves_no_session(run):
    async def scenario(people, store):
        logging_in = [store.open(people.account, NIGHT) for _ in range(20)]
        erasing = Eraser(people.database, people.events).erase_account(people.account_id)
        *outcomes, _ = await asyncio.gather(*logging_in, erasing, return_exceptions=True)
        assert all(isinstance(outcome, str | NotSignedIn) for outcome in outcomes)
        assert await sessions_of(people) == 0

    run(scenario)


def test_a_session_that_a_backup_brought_back_without_its_account_ends(run):
    async def scenario(people, store):
        token = await store.open(people.account, NIGHT)
        await people.database["accounts"].delete_one({})
        with pytest.raises(NotSignedIn, match="log in again"):
            await store.renew(token, NIGHT)
        assert await sessions_of(people) == 0

    run(scenario)
