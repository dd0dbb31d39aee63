"""Between two nights, with a real lake, MLflow, MongoDB and Redis."""

from redis.exceptions import RedisError

from infra.stores.erasure import Eraser
from infra.stores.generation_layout import SERVING_STATE
from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.ranked_movies import RankedMovies
from infra.stores.user_layout import Kind
from infra.stores.user_lists import UserLists
from pipelines.near_line.partial_fit import CONTINUES
from tests.infra.stores.erased import everything_kept
from tests.pipelines.near_line.refreshing import MINUTE, NOON, small_als, small_hybrid
from tests.pipelines.small_lake import COMEDIES
from tests.publication import NIGHT


def test_before_anything_is_published_or_done_there_is_nothing_to_refresh(refreshing, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_als(), snapshot=snapshot))
        assert await world.refresh(NOON) == "0 lists were renewed"
        assert await world.refresh(NOON + MINUTE) is None
        await world.people.database[SERVING_STATE].delete_many({})
        assert await world.refresh(NOON + MINUTE) is None

    refreshing(scenario)


def test_lists_that_are_behind_are_renewed_by_the_champion_and_only_once(refreshing, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_als(), snapshot=snapshot))
        await world.rate(*COMEDIES[:5], at=NOON)

        assert await world.refresh(NOON + MINUTE) == "1 lists were renewed"
        told = await world.list_of()
        assert next(iter(told["sources"])) == "als"
        assert not {*COMEDIES[:5]} & {*told["movie_ids"]}
        assert told["model"] == {"name": "als", "version": 1}

        assert await world.refresh(NOON + 5 * MINUTE) == "0 lists were renewed"
        assert await world.refresh(NOON + 6 * MINUTE) is None
        assert (await world.list_of()) == told

    refreshing(scenario)


def test_a_champion_hybrid_lists_whom_it_has_learned_of_and_its_stand_in_the_others(refreshing, snapshot):
    async def scenario(world):
        world.train(small_als(), snapshot=snapshot)
        await world.crown("hybrid", world.train(small_hybrid(), snapshot=snapshot))
        watcher = await world.people.accounts.add_profile(world.people.account_id, "Bob", NIGHT)
        await world.rate(*COMEDIES[:8], at=NOON)
        await world.do(Kind.WATCH, *COMEDIES[:8], at=NOON, user_id=watcher.user_id)
        await world.refresh(NOON + 2 * MINUTE)

        mine, theirs = await world.list_of(), await world.list_of(watcher.user_id)
        assert next(iter(mine["sources"])) == "hybrid"
        assert next(iter(theirs["sources"])) == "als"
        assert mine["model"] == theirs["model"] == {"name": "hybrid", "version": 2}
        assert not {*COMEDIES[:8]} & {*mine["movie_ids"], *theirs["movie_ids"]}

        await world.rate(COMEDIES[8], at=NOON + 15 * MINUTE)
        await world.refresh(NOON + 17 * MINUTE)
        assert world.n_learned() == 9
        assert next(iter(world.hybrids().values()))[CONTINUES] == "2"

    refreshing(scenario)


def test_someone_who_deleted_their_account_is_forgotten(refreshing, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        other = await world.people.accounts.register("bob", "a hash", "Bob", NIGHT)
        (profile,) = await world.people.accounts.profiles(other.id)
        await world.rate(1, 2, at=NOON)
        await world.rate(3, at=NOON, user_id=profile.user_id)
        await world.refresh(NOON + 2 * MINUTE)
        await Eraser(world.people.database, world.people.events).erase_account(world.people.account_id)

        assert "has learned 0 ratings more" in await world.refresh(NOON + 17 * MINUTE)
        assert world.n_learned() is None
        assert world.n_learned(profile.user_id) == 1
        assert await world.list_of() is None
        assert await world.refresh(NOON + 32 * MINUTE) is None

    refreshing(scenario)


def test_of_a_worker_that_was_killed_no_list_stays_of_someone_who_is_gone_even_when_nothing_is_new(
    refreshing, snapshot
):
    async def scenario(world):
        people = world.people
        await world.crown("als", world.train(small_als(), snapshot=snapshot))
        await Eraser(people.database, people.events).erase_account(people.account_id)
        await world.refresh(NOON)

        worker = UserLists(people.database, ListCache(people.redis, Guard("Redis", 5_000, RedisError)), people.events)
        await worker.write(world.generation, {world.user_id: RankedMovies([1], [1.0], generated_at=NOON)})
        assert await world.refresh(NOON + MINUTE) is None

        kept = await everything_kept(people)
        assert [name for name, text in kept.items() if str(world.user_id) in text] == ["deleted_users"]

    refreshing(scenario)
