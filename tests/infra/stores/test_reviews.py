"""Reviews and reports of them, in a real MongoDB."""

import asyncio

import pytest

from infra.errors import NoSuchReview
from infra.stores.erasure import Eraser
from infra.stores.interactions import Action
from infra.stores.reviews import ReviewStore
from infra.stores.user_layout import Kind
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT

TEXT = {"text": "Good."}


async def review(people, movie_id):
    return (await people.interactions.do(Action(people.user_id, Kind.REVIEW, movie_id, NIGHT, TEXT)))["review_id"]


async def remove_review(people):
    await people.interactions.do(Action(people.user_id, Kind.REVIEW, 6, NIGHT, None))


async def delete_account(people):
    await Eraser(people.database, people.events).erase_account(people.account_id)


async def reporter(people, name):
    account = await people.accounts.register(name, "a hash", name, NIGHT)
    (profile,) = await people.accounts.profiles(account.id)
    return profile.user_id


def report(user_id, review_id):
    return Action(user_id, Kind.REPORT, 6, NIGHT, {"reason": "rude"}, review_id)


def test_a_review_takes_its_reports_along_and_no_others(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            removed, kept = await review(people, 6), await review(people, 541)
            eve = await reporter(people, "eve")
            for review_id in (removed, kept):
                await people.interactions.do(report(eve, review_id))

            await remove_review(people)

            n_reported, reported = await ReviewStore(people.database).reported(0, 10)
            assert (n_reported, [each["review_id"] for each in reported]) == (1, [kept])
            assert [each["review_id"] async for each in people.database["reports"].find()] == [kept]

    asyncio.run(scenario())


def test_a_rating_that_is_removed_leaves_the_reports_of_a_review(mongodb, redis):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            review_id, eve = await review(people, 6), await reporter(people, "eve")
            await people.interactions.do(report(eve, review_id))
            for kind, content in ((Kind.RATING, {"rating": 4.5}), (Kind.RATING, None)):
                await people.interactions.do(Action(people.user_id, kind, 6, NIGHT, content))
            assert (await ReviewStore(people.database).reported(0, 10))[0] == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("remove", [remove_review, delete_account])
def test_of_a_review_that_goes_while_many_report_it_no_report_is_left(mongodb, redis, remove):
    async def scenario():
        async with peopled(mongodb, redis) as people:
            review_id = await review(people, 6)
            reporters = [await reporter(people, f"eve {number}") for number in range(10)]
            reporting = [people.interactions.do(report(user_id, review_id)) for user_id in reporters]
            *outcomes, _ = await asyncio.gather(*reporting, remove(people), return_exceptions=True)
            assert all(isinstance(outcome, dict | NoSuchReview) for outcome in outcomes)
            assert await people.database["reports"].count_documents({}) == 0
            with pytest.raises(NoSuchReview, match="its author removed it"):
                await people.interactions.do(report(reporters[0], review_id))

    asyncio.run(scenario())
