import asyncio

import pytest

from infra.errors import NotAllowed, ServerUnreachable
from infra.stores.erasure import Eraser
from infra.stores.events import EventStore
from infra.stores.interactions import Action
from infra.stores.redis import connect
from infra.stores.sessions import SessionStore
from infra.stores.user_layout import Kind
from tests.infra.stores.erased import do_everything, everything_kept
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT, publish

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


async def review_of(people, user_id):
    _, (review,) = await people.interactions.page(Kind.REVIEW, user_id, 0, 1)
    return review["review_id"]


def test_of_a_deleted_account_nothing_is_left_but_the_freed_ids_and_of_others_everything(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            child = await people.accounts.add_profile(people.account_id, "Child", NIGHT)
            eve = await people.accounts.register("eve", "a hash", "Eve", NIGHT)
            (eves,) = await people.accounts.profiles(eve.id)
            generations = [publish(mongodb, {people.user_id: [6], eves.user_id: [6]}) for _ in range(2)]
            await SessionStore(people.database).open(people.account, NIGHT)
            await do_everything(people, eves.user_id)
            await do_everything(people, people.user_id, reports=await review_of(people, eves.user_id))
            await people.outbox.move()
            await do_everything(people, child.user_id)
            about_adas = Action(
                eves.user_id,
                Kind.REPORT,
                6,
                NIGHT,
                {"reason": "rude"},
                review_id=await review_of(people, people.user_id),
            )
            await people.interactions.do(about_adas)
            for user_id in (people.user_id, eves.user_id):
                await people.redis.set(f"list:{generations[0]}:user_recommendations:{user_id}", "[6]")
                await people.redis.xadd("recommendation_requests", {"id": "r", "user_id": user_id, "why": "stale"})

            removed = await Eraser(people.database, people.events).erase_account(people.account_id)

            assert removed == {
                "accounts": 1,
                "refresh_tokens": 1,
                "profiles": 2,
                "users": 2,
                "watched_movies": 2,
                "ratings": 2,
                "bookmarks": 2,
                "hidden_movies": 2,
                "reviews": 2,
                "reports": 2,
                "outbox": 5,
                "idempotency_keys": 10,
                f"user_recommendations_{generations[0]}": 1,
                f"user_recommendations_{generations[1]}": 1,
                "redis stream interactions": 6,
                "redis stream recommendation_requests": 1,
                "redis keys": 1,
            }
            kept = await everything_kept(people)
            for left in (people.account_id, str(people.user_id), str(child.user_id)):
                assert [name for name, text in kept.items() if left in text] == (
                    [] if left == people.account_id else ["deleted_users"]
                )
            tombstones = await people.database["deleted_users"].find().to_list()
            assert tombstones == [{"_id": people.user_id}, {"_id": child.user_id}]
            assert {name for name, text in kept.items() if str(eves.user_id) in text} == {
                *("profiles", "users", "watched_movies", "ratings", "bookmarks", "hidden_movies", "reviews"),
                *("outbox", "idempotency_keys", "interactions", "recommendation_requests"),
                *(f"user_recommendations_{generation}" for generation in generations),
                f"list:{generations[0]}:user_recommendations:{eves.user_id}",
            }

    asyncio.run(scenario())


def test_a_freed_id_is_never_given_again(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await Eraser(people.database, people.events).erase_account(people.account_id)
            again = await people.accounts.register("ada", "a hash", "Ada", NIGHT)
            (profile,) = await people.accounts.profiles(again.id)
            assert profile.user_id == people.user_id + 1

    asyncio.run(scenario())


def test_an_id_that_only_begins_the_same_is_somebody_else_s(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.redis.set(f"interactions:{people.user_id}7", "another user")
            await people.redis.set(f"interactions:{people.user_id}", "this user")
            await Eraser(people.database, people.events).erase_account(people.account_id)
            assert await people.redis.keys("interactions:*") == [f"interactions:{people.user_id}7"]

    asyncio.run(scenario())


def test_of_a_long_stream_every_entry_is_looked_at(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            async with people.redis.pipeline() as pipeline:
                for number in range(2_500):
                    pipeline.xadd("recommendation_updates", {"user_id": people.user_id if number % 2 else 7})
                await pipeline.execute()
            removed = await Eraser(people.database, people.events).erase_account(people.account_id)
            assert removed["redis stream recommendation_updates"] == 1_250
            assert await people.redis.xlen("recommendation_updates") == 1_250

    asyncio.run(scenario())


class Interrupted(EventStore):
    """Streams of a Redis; after they were cleaned for the first time, something happens before it goes on."""

    def let(self, happen):
        self._happen = happen

    async def forget(self, user_ids):
        removed = await super().forget(user_ids)
        if self._happen:
            happen, self._happen = self._happen, None
            await happen()
        return removed


def test_a_generation_that_is_published_during_the_deletion_holds_no_list_either(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            events = Interrupted(people.redis)
            events.let(lambda: asyncio.to_thread(publish, mongodb, {people.user_id: [6], 7: [6]}))
            await Eraser(people.database, events).erase_account(people.account_id)

            (name,) = [name for name in await people.database.list_collection_names() if name.startswith("user_rec")]
            assert [found["_id"] async for found in people.database[name].find()] == [7]

    asyncio.run(scenario())


def test_a_key_and_an_entry_that_are_written_during_the_deletion_are_gone_too(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:

            async def cache():
                await people.redis.set(f"interactions:{people.user_id}", "read just now")
                await people.redis.xadd("recommendation_updates", {"user_id": people.user_id})

            events = Interrupted(people.redis)
            events.let(cache)
            removed = await Eraser(people.database, events).erase_account(people.account_id)

            kept = await everything_kept(people)
            assert [name for name, text in kept.items() if str(people.user_id) in text] == ["deleted_users"]
            assert (removed["redis keys"], removed["redis stream recommendation_updates"]) == (1, 1)

    asyncio.run(scenario())


def test_erasing_twice_removes_nothing_the_second_time(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            eraser = Eraser(people.database, people.events)
            await eraser.erase_account(people.account_id)
            await people.redis.set("a key", "of nobody")
            assert set((await eraser.erase_account(people.account_id)).values()) == {0}
            assert await people.redis.get("a key") == "of nobody"

    asyncio.run(scenario())


def test_whoever_is_deleted_while_acting_has_done_it_before_or_not_at_all(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            stopping = asyncio.Event()
            relay = asyncio.create_task(people.outbox.relay(stopping))
            acting = [
                people.interactions.do(Action(people.user_id, Kind.WATCH, movie_id, NIGHT)) for movie_id in range(1, 41)
            ]
            erasing = Eraser(people.database, people.events).erase_account(people.account_id)
            *outcomes, _ = await asyncio.gather(*acting, erasing, return_exceptions=True)
            assert all(isinstance(outcome, dict | NotAllowed) for outcome in outcomes)
            stopping.set()
            await relay
            assert [name for name, text in (await everything_kept(people)).items() if str(people.user_id) in text] == [
                "deleted_users"
            ]

    asyncio.run(scenario())


def test_while_redis_is_away_nothing_is_removed(mongodb, redis):
    async def scenario():
        async with (
            peopled(mongodb, redis) as people,
            connect(NOBODY_LISTENS, as_text=True) as nobody,
        ):
            with pytest.raises(ServerUnreachable, match="Redis does not answer"):
                await Eraser(people.database, EventStore(nobody)).erase_account(people.account_id)
            assert await people.accounts.find(name="ada")

    asyncio.run(scenario())
