import asyncio

import pytest

from infra.errors import NameTaken, NotSignedIn, ServerUnreachable, TooManyProfiles
from infra.stores.accounts import AccountStore
from infra.stores.mongodb import connect_async
from infra.stores.sessions import SessionStore
from infra.stores.user_layout import FIRST_PROFILE_USER_ID, ensure_indexes
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT


def test_profiles_are_numbered_upwards_from_where_no_movielens_id_is(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            child = await people.accounts.add_profile(people.account_id, "Child", NIGHT)
            assert (people.user_id, child.user_id) == (FIRST_PROFILE_USER_ID, FIRST_PROFILE_USER_ID + 1)

    asyncio.run(scenario())


def test_of_many_who_want_a_name_at_once_one_gets_it_and_the_others_leave_nothing(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            wanted = [people.accounts.register("eve", f"hash {number}", "Eve", NIGHT) for number in range(5)]
            outcomes = await asyncio.gather(*wanted, return_exceptions=True)
            assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Account", *["NameTaken"] * 4]
            assert any(isinstance(outcome, NameTaken) for outcome in outcomes)
            for name in ("accounts", "profiles", "users"):
                assert await people.database[name].count_documents({}) == 2  # eve's and ada's

    asyncio.run(scenario())


def test_profiles_asked_for_at_once_do_not_become_six(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            wanted = [people.accounts.add_profile(people.account_id, f"Child {number}", NIGHT) for number in range(8)]
            outcomes = await asyncio.gather(*wanted, return_exceptions=True)
            assert sum(isinstance(outcome, TooManyProfiles) for outcome in outcomes) == 4
            assert len(await people.accounts.profiles(people.account_id)) == 5

    asyncio.run(scenario())


def test_nobody_who_is_gone_has_a_profile_or_gets_one(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            with pytest.raises(NotSignedIn):
                await people.accounts.add_profile("nobody", "Child", NIGHT)
            with pytest.raises(NotSignedIn, match="this account no longer exists"):
                await people.accounts.profiles("nobody")
            assert await people.database["profiles"].count_documents({}) == 1

    asyncio.run(scenario())


def test_a_new_password_ends_the_sessions_of_its_account_and_no_others(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            store = SessionStore(people.database)
            eve = await people.accounts.register("eve", "a hash", "Eve", NIGHT)
            adas, eves = await store.open(people.account, NIGHT), await store.open(eve, NIGHT)
            await people.accounts.change_password(people.account, "another hash")
            with pytest.raises(NotSignedIn):
                await store.renew(adas, NIGHT)
            assert (await store.renew(eves, NIGHT))[0] == eve.id

    asyncio.run(scenario())


def test_of_two_new_passwords_at_once_the_second_is_refused_and_leaves_all_as_the_first_made_it(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            changed = await people.accounts.change_password(people.account, "another hash")
            await SessionStore(people.database).open(changed, NIGHT)
            with pytest.raises(NotSignedIn, match="got another password"):
                await people.accounts.change_password(people.account, "a third hash")
            assert await people.accounts.find(name="ada") == changed
            assert await people.database["refresh_tokens"].count_documents({}) == 1

    asyncio.run(scenario())


def test_indexes_may_be_made_again(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            before = await people.database["reviews"].index_information()
            await ensure_indexes(people.database)
            assert await people.database["reviews"].index_information() == before

    asyncio.run(scenario())


def test_without_mongodb_the_error_is_for_someone_who_calls_the_api():
    async def scenario():
        async with connect_async("mongodb://someone:secret@127.0.0.1:9/", timeout_ms=100) as client:
            with pytest.raises(ServerUnreachable, match="MongoDB does not answer") as caught:
                await AccountStore(client["marquee"]).register("ada", "a hash", "Ada", NIGHT)
            assert "127.0.0.1" not in str(caught.value)

    asyncio.run(scenario())
