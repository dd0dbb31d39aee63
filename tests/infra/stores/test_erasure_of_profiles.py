"""One profile of an account is erased, in a real MongoDB and a real Redis."""

import asyncio

import pytest

from infra.errors import NotAllowed
from infra.stores.erasure import Eraser
from tests.infra.stores.erased import do_everything, everything_kept
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT, publish


def test_of_a_deleted_profile_nothing_is_left_and_of_the_account_s_others_everything(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            child = await people.accounts.add_profile(people.account_id, "Child", NIGHT)
            generation = publish(mongodb, {people.user_id: [6], child.user_id: [541]})
            for user_id in (people.user_id, child.user_id):
                await do_everything(people, user_id)
                await people.redis.set(f"interactions:{user_id}", "kept")
            await people.outbox.move()

            removed = await Eraser(people.database, people.events).erase_profile(people.account_id, child.user_id)

            assert {name: n for name, n in removed.items() if n} == {
                "profiles": 1,
                "users": 1,
                "watched_movies": 1,
                "ratings": 1,
                "bookmarks": 1,
                "hidden_movies": 1,
                "reviews": 1,
                "idempotency_keys": 5,
                f"user_recommendations_{generation}": 1,
                "redis stream interactions": 5,
                "redis keys": 1,
            }
            kept = await everything_kept(people)
            assert [name for name, text in kept.items() if str(child.user_id) in text] == ["deleted_users"]
            assert [profile.user_id for profile in await people.accounts.profiles(people.account_id)] == [
                people.user_id
            ]
            assert {
                "ratings",
                "interactions",
                f"user_recommendations_{generation}",
                f"interactions:{people.user_id}",
            } <= {name for name, text in kept.items() if str(people.user_id) in text}

    asyncio.run(scenario())


def test_a_deleted_profile_makes_room_for_another(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            for number in range(2, 6):
                newest = await people.accounts.add_profile(people.account_id, f"Profile {number}", NIGHT)
            await Eraser(people.database, people.events).erase_profile(people.account_id, newest.user_id)
            again = await people.accounts.add_profile(people.account_id, "Again", NIGHT)
            assert again.user_id not in (people.user_id, newest.user_id)

    asyncio.run(scenario())


def test_the_last_profile_stays_even_when_all_are_deleted_at_the_same_time(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            child = await people.accounts.add_profile(people.account_id, "Child", NIGHT)
            eraser = Eraser(people.database, people.events)
            erasing = [eraser.erase_profile(people.account_id, user_id) for user_id in (people.user_id, child.user_id)]
            outcomes = await asyncio.gather(*erasing, return_exceptions=True)
            assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastProfile", "dict"]
            assert len(await people.accounts.profiles(people.account_id)) == 1

    asyncio.run(scenario())


def test_the_profile_of_somebody_else_cannot_be_deleted(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.accounts.add_profile(people.account_id, "Child", NIGHT)
            eve = await people.accounts.register("eve", "a hash", "Eve", NIGHT)
            (eves,) = await people.accounts.profiles(eve.id)
            await people.redis.set(f"interactions:{eves.user_id}", "kept")
            with pytest.raises(NotAllowed, match=f"profile {eves.user_id} is not one of this account's"):
                await Eraser(people.database, people.events).erase_profile(people.account_id, eves.user_id)
            assert await people.redis.get(f"interactions:{eves.user_id}") == "kept"

    asyncio.run(scenario())
