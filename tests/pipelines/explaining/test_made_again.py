"""What made a list makes it again, by every kind of model."""

import asyncio
from datetime import timedelta

import pytest
from redis.exceptions import RedisError

from infra.stores.guard import Guard
from infra.stores.histories import read_histories
from infra.stores.interactions import Action
from infra.stores.list_cache import ListCache
from infra.stores.list_records import Verdict, read_list_record
from infra.stores.user_layout import Kind
from infra.stores.user_lists import UserLists
from models import two_stage
from models.zoo import KNOWS_USERS_BY_ID, ZOO
from pipelines.explaining.reasons import find_reasons
from pipelines.near_line.champion import champion_on
from pipelines.near_line.lists import make_lists
from tests.infra.stores.peopled import peopled
from tests.pipelines.explained import N_LISTED, fitted, listed, publish, read, version_of
from tests.publication import NIGHT


@pytest.fixture(scope="module")
def models(explained_snapshot):
    """Every model of the zoo as the registry returns it, with a ranker however little there is to learn from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_stage, "MIN_CHOSEN", 1)
        yield {name: fitted(model(), explained_snapshot) for name, model in ZOO.items()}


@pytest.fixture(scope="module")
def load(models, explained_snapshot):
    """Return a champion as it is loaded to be asked."""
    return lambda name: champion_on(explained_snapshot, version_of(models[name]), models[name])


@pytest.mark.parametrize("name", ZOO)
def test_a_score_made_again_from_what_is_stored_agrees_by_every_kind_of_model(
    name, models, load, mongodb, explained_snapshot
):
    generation = publish(mongodb, explained_snapshot, models[name])
    movie_ids, champion = listed(mongodb, generation), load(name)

    for place in (0, 9, N_LISTED - 1):
        record = read(mongodb, movie_ids[place])
        reasons = find_reasons(champion, record)
        assert reasons.disagreement == ""
        assert (reasons.again.rank, reasons.again.score) == (
            place + 1,
            pytest.approx(record.place.score, abs=1e-6, rel=1e-6),
        )
        assert reasons.verdict is Verdict.LISTED
        assert any(opinion.rank for opinion in reasons.opinions)


async def renew(people, champion, generation, generated_at):
    """Make the profile's list anew, as a near-line worker does."""
    done = await read_histories(people.database, [people.user_id])
    lists = make_lists(champion, [people.user_id], done, generated_at, N_LISTED)
    cache = ListCache(people.redis, Guard("Redis", 5_000, RedisError))
    await UserLists(people.database, cache, people.events).write(generation, lists)
    return lists[people.user_id].movie_ids


async def do(people, kind, movie_id, at, **content):
    await people.interactions.do(Action(people.user_id, kind, movie_id, at, content or None))


@pytest.mark.parametrize("name", sorted(ZOO.keys() - KNOWS_USERS_BY_ID))
def test_a_score_renewed_near_line_is_made_again_from_what_the_user_had_done_by_then(
    name, models, load, mongodb, redis, explained_snapshot
):
    generation, champion = publish(mongodb, explained_snapshot, models[name]), load(name)

    async def scenario():
        async with peopled(mongodb, redis) as people:
            for movie_id in (3, 6, 9, 12):
                await do(people, Kind.RATING, movie_id, NIGHT, rating=4.5)
            await do(people, Kind.WATCH, 15, NIGHT, watched=True)
            await do(people, Kind.HIDE, 18, NIGHT, hidden=True)
            movie_ids = await renew(people, champion, generation, NIGHT + timedelta(hours=1))
            await do(people, Kind.RATING, movie_ids[1], NIGHT + timedelta(hours=2), rating=0.5)
            for movie_id in (movie_ids[0], movie_ids[1], movie_ids[-1]):
                record = await read_list_record(people.database, people.user_id, movie_id)
                assert record.is_renewed
                assert find_reasons(champion, record).disagreement == ""

            async def verdict(movie_id):
                return find_reasons(champion, await read_list_record(people.database, people.user_id, movie_id)).verdict

            assert [await verdict(movie_id) for movie_id in (3, 15, 18)] == ["rated", "watched", "hidden"]

    asyncio.run(scenario())


def test_a_list_whose_inputs_are_gone_is_said_to_disagree(models, load, mongodb, redis, explained_snapshot):
    generation, champion = publish(mongodb, explained_snapshot, models["als"]), load("als")

    async def scenario():
        async with peopled(mongodb, redis) as people:
            for movie_id in (3, 6, 9, 12):
                await do(people, Kind.RATING, movie_id, NIGHT, rating=4.5)
            best, *_ = await renew(people, champion, generation, NIGHT + timedelta(hours=1))
            await do(people, Kind.RATING, 3, NIGHT + timedelta(hours=2))  # without a rating: taken back
            record = await read_list_record(people.database, people.user_id, best)
            assert "may have been undone or replaced since" in find_reasons(champion, record).disagreement

    asyncio.run(scenario())
