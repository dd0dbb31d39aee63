"""What a refresh finds before it, in a real MongoDB."""

import asyncio
from datetime import timedelta

import pytest

from infra.stores.generation_layout import Content
from infra.stores.interactions import Action
from infra.stores.refreshes import is_news, look, rated_between, remember, users_behind
from infra.stores.user_layout import Kind
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT, publish

NOON, MINUTE = NIGHT + timedelta(hours=12), timedelta(minutes=1)


@pytest.fixture
def run(mongodb, redis):
    """Run a scenario with people, in a generation without lists."""

    def run(scenario):
        async def within():
            generation = publish(mongodb, users={})
            async with peopled(mongodb, redis) as people:
                await scenario(people, generation)

        asyncio.run(within())

    return run


async def rate(people, movie_id, at):
    await people.interactions.do(Action(people.user_id, Kind.RATING, movie_id, at, {"rating": 4.0}))


@pytest.mark.parametrize(
    ("made_at", "is_behind"), [(NOON - MINUTE, True), (NOON + MINUTE, False), (None, True)], ids=str
)
def test_a_list_is_behind_when_it_was_made_before_the_last_thing_its_user_did(run, made_at, is_behind):
    async def scenario(people, generation):
        await rate(people, 6, NOON)
        made = {"generated_at": made_at} if made_at else {}
        lists = people.database[Content.USER_LISTS.of(generation)]
        await lists.insert_one({"_id": people.user_id, "movie_ids": [1], "scores": [1.0], **made})
        assert await users_behind(people.database, generation) == ([people.user_id] if is_behind else [])

    run(scenario)


def test_who_has_no_list_is_behind_unless_they_are_gone(run):
    async def scenario(people, generation):
        await rate(people, 6, NOON)
        assert await users_behind(people.database, generation) == [people.user_id]
        await people.database["deleted_users"].insert_one({"_id": people.user_id})
        assert await users_behind(people.database, generation) == []

    run(scenario)


def test_what_was_done_before_the_day_of_the_snapshot_is_in_the_list(run):
    async def scenario(people, generation):
        await rate(people, 6, NIGHT - timedelta(hours=2))
        assert await users_behind(people.database, generation) == []

    run(scenario)


def test_ratings_are_those_from_one_moment_until_before_another(run):
    async def scenario(people, generation):
        for number, movie_id in enumerate((1, 6, 541)):
            await rate(people, movie_id, NOON + number * MINUTE)
        found = await rated_between(people.database, NOON + MINUTE, NOON + 2 * MINUTE)
        assert [(each.user_id, each.movie_id, each.rating) for each in found] == [(people.user_id, 6, 4.0)]

    run(scenario)


def test_there_is_news_when_someone_did_something_or_is_gone_or_the_generation_is_another(run, mongodb):
    async def scenario(people, generation):
        async def now(at):
            return await look(people.database, at)

        async def is_new(at):
            return await is_news(people.database, await now(at))

        assert await is_new(NOON)
        await remember(people.database, await now(NOON))
        assert not await is_new(NOON + MINUTE)

        await rate(people, 6, NOON)
        assert await is_new(NOON + MINUTE)
        await remember(people.database, await now(NOON + MINUTE))
        assert not await is_new(NOON + MINUTE)

        await people.database["deleted_users"].insert_one({"_id": 7})
        assert await is_new(NOON + MINUTE)
        await remember(people.database, await now(NOON + MINUTE))

        await asyncio.to_thread(publish, mongodb, {}, began_at=NOON)
        assert await is_new(NOON + MINUTE)

    run(scenario)
