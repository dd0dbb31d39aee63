import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from infra.errors import KeyReused, NotAllowed
from infra.stores.interactions import Action
from infra.stores.user_layout import Kind
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT

SECOND = timedelta(seconds=1)


def rating(people, value, movie_id=6, now=NIGHT, key=None):
    return Action(people.user_id, Kind.RATING, movie_id, now, {"rating": value}, key=key)


def removal(people, movie_id=6, now=NIGHT):
    return Action(people.user_id, Kind.RATING, movie_id, now, None)


def test_what_is_done_is_kept_and_word_of_it_is_left(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            kept = await people.interactions.do(replace(rating(people, 4.5), request_id="checkout-17"))
            expected = {"_id": f"{people.user_id}-6", "user_id": people.user_id, "movie_id": 6, "rating": 4.5}
            assert kept == {**expected, "rated_at": NIGHT}
            assert await people.interactions.page(Kind.RATING, people.user_id, 0, 10) == (1, [kept])
            assert await people.database["outbox"].find().to_list() == [
                {
                    "_id": f"{people.user_id}-1",
                    "user_id": people.user_id,
                    "movie_id": 6,
                    "kind": "rating",
                    "rating": 4.5,
                    "is_removed": False,
                    "happened_at": NIGHT,
                    "request_id": "checkout-17",
                }
            ]

    asyncio.run(scenario())


def test_what_changes_nothing_leaves_no_word(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            first = await people.interactions.do(rating(people, 4.5))
            again = await people.interactions.do(rating(people, 4.5, now=NIGHT + SECOND))
            assert again == first
            assert await people.interactions.do(removal(people, movie_id=541)) is None
            assert len(await people.waiting()) == 1

    asyncio.run(scenario())


def test_a_change_and_a_removal_are_words_of_their_own(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.interactions.do(rating(people, 4.5))
            changed = await people.interactions.do(rating(people, 2.0, now=NIGHT + SECOND))
            assert (changed["rating"], changed["rated_at"]) == (2.0, NIGHT + SECOND)
            assert await people.interactions.do(removal(people, now=NIGHT + 2 * SECOND)) == changed
            assert await people.interactions.page(Kind.RATING, people.user_id, 0, 10) == (0, [])
            words = await people.database["outbox"].find(sort={"happened_at": 1}).to_list()
            assert [(word["rating"], word["is_removed"]) for word in words] == [
                (4.5, False),
                (2.0, False),
                (None, True),
            ]

    asyncio.run(scenario())


def test_things_done_at_once_are_numbered_without_gaps_and_their_times_grow(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            actions = [rating(people, 3.0, movie_id) for movie_id in range(1, 21)]
            await asyncio.gather(*map(people.interactions.do, actions))
            assert await people.waiting() == [f"{people.user_id}-{number}" for number in range(1, 21)]
            words = await people.database["outbox"].find().to_list()
            assert len({word["happened_at"] for word in words}) == 20

    asyncio.run(scenario())


def test_a_clock_that_goes_back_does_not_change_the_order(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.interactions.do(rating(people, 4.5, now=NIGHT))
            await people.interactions.do(rating(people, 2.0, now=NIGHT - timedelta(hours=1)))
            assert await people.waiting() == [f"{people.user_id}-1", f"{people.user_id}-2"]

    asyncio.run(scenario())


def test_the_same_thing_done_at_once_is_done_once(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await asyncio.gather(*(people.interactions.do(rating(people, 4.5)) for _ in range(10)))
            assert await people.waiting() == [f"{people.user_id}-1"]

    asyncio.run(scenario())


def test_a_late_repetition_with_the_same_key_does_not_undo_what_came_after(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            first = await people.interactions.do(rating(people, 4.5, key="a"))
            await people.interactions.do(rating(people, 2.0, key="b"))
            assert await people.interactions.do(rating(people, 4.5, key="a")) == first
            _, (kept,) = await people.interactions.page(Kind.RATING, people.user_id, 0, 10)
            assert kept["rating"] == 2.0
            assert len(await people.waiting()) == 2

    asyncio.run(scenario())


def test_a_key_that_comes_with_another_wish_is_refused(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.interactions.do(rating(people, 4.5, key="a"))
            for other in (rating(people, 2.0, key="a"), rating(people, 4.5, movie_id=541, key="a")):
                with pytest.raises(KeyReused, match="'a'"):
                    await people.interactions.do(other)
            assert len(await people.waiting()) == 1

    asyncio.run(scenario())


def test_a_key_is_forgotten_after_a_day(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.interactions.do(rating(people, 4.5, key="a"))
            later = await people.interactions.do(rating(people, 2.0, now=NIGHT + timedelta(days=1), key="a"))
            assert later["rating"] == 2.0

    asyncio.run(scenario())


def test_a_user_who_is_gone_does_nothing(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            await people.database["users"].delete_one({"_id": people.user_id})
            with pytest.raises(NotAllowed, match="no longer exists"):
                await people.interactions.do(rating(people, 4.5, key="a"))
            for name in ("ratings", "outbox", "idempotency_keys"):
                assert await people.database[name].count_documents({}) == 0

    asyncio.run(scenario())


def test_a_review_written_anew_keeps_its_id(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            texts = [Action(people.user_id, Kind.REVIEW, 6, NIGHT, {"text": text}) for text in ("Good.", "Great.")]
            first, second = [await people.interactions.do(action) for action in texts]
            assert first["review_id"] == second["review_id"]
            assert second["text"] == "Great."

    asyncio.run(scenario())


def test_pages_are_newest_first_and_of_one_user(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            child = await people.accounts.add_profile(people.account_id, "Child", NIGHT)
            await people.interactions.do(Action(child.user_id, Kind.WATCH, 999, NIGHT))
            for movie_id in (1, 6, 541):
                await people.interactions.do(Action(people.user_id, Kind.WATCH, movie_id, NIGHT))
            n_all, found = await people.interactions.page(Kind.WATCH, people.user_id, 1, 1)
            assert (n_all, [each["movie_id"] for each in found]) == (3, [6])

    asyncio.run(scenario())
