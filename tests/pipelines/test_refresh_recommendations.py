"""Between two nights, with a real lake, MLflow, MongoDB and Redis."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from types import MappingProxyType

import numpy as np
import pytest

from infra.settings import Settings
from infra.stores.erasure import Eraser
from infra.stores.experiment import Experiment
from infra.stores.generation_layout import CHAMPION, SERVING_STATE, Content
from infra.stores.interactions import Action
from infra.stores.lake import Lake
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.stores.user_layout import Kind
from infra.tables import MOVIES, RATINGS
from models.als import Als
from models.hybrid import Hybrid
from pipelines import refresh_recommendations
from pipelines.feature_arrays import read_ratings
from pipelines.near_line.partial_fit import CONTINUES, LEARNED_UNTIL
from pipelines.training.training_set import read_training_set
from tests.infra.stores.peopled import peopled
from tests.pipelines.small_lake import COMEDIES, DAY, WESTERNS, movie, rating, write_snapshot
from tests.publication import NIGHT, publish

NOON = NIGHT + timedelta(hours=12)
MINUTE = timedelta(minutes=1)


class World:
    """People, stores, and the models of the night."""

    def __init__(self, people, settings, generation):
        self.people, self.settings, self.generation = people, settings, generation
        self.registry = ModelRegistry(settings.mlflow.address)
        self.user_id = people.user_id

    def train(self, *models, snapshot, tags=MappingProxyType({})):
        """Register models as a night does, and return the number of the last."""
        experiment = Experiment(self.settings.mlflow.address, self.settings.mlflow.experiment)
        ratings, catalogue = read_ratings(snapshot), read_training_set(snapshot).catalogue
        with experiment.night(snapshot.manifest) as night:
            for model in models:
                run_id = experiment.log_run(night, model.fit(ratings, catalogue), {}, {"newest_rating": "1", **tags})
                number = self.registry.register(RECOMMENDER, run_id, model)
        return number

    async def crown(self, name, version):
        self.registry.promote(RECOMMENDER, version)
        live = {RECOMMENDER: {"name": name, "version": version}}
        await self.people.database[SERVING_STATE].insert_one({"_id": CHAMPION, "models": live})

    async def do(self, kind, *movie_ids, at, user_id=None, **content):
        for movie_id in movie_ids:
            user = user_id or self.user_id
            await self.people.interactions.do(Action(user, kind, movie_id, at, content or {}))

    async def rate(self, *movie_ids, at, user_id=None):
        await self.do(Kind.RATING, *movie_ids, at=at, user_id=user_id, rating=5.0)

    async def refresh(self, at):
        return await refresh_recommendations.run(self.settings, at)

    async def list_of(self, user_id=None):
        lists = self.people.database[Content.USER_LISTS.of(self.generation)]
        return await lists.find_one({"_id": user_id or self.user_id})

    def hybrids(self):
        """The tags of the versions of hybrid that there are, by number, the newest first."""
        return self.registry.versions(RECOMMENDER, "hybrid")

    def n_learned(self, user_id=None):
        """How many ratings of a user the newest hybrid has learned, or None if it does not know the user."""
        stored = self.registry.load(RECOMMENDER, next(iter(self.hybrids())))
        model = Hybrid.restore(stored.parameters, stored.arrays)
        row = model.users.positions([user_id or self.user_id])[0]
        return None if row < 0 else int(model.genre_counts[row].sum())


@asynccontextmanager
async def world_of(mongodb, redis, mlflow_server, lake):
    generation = publish(mongodb, users={})
    settings = Settings.model_validate(
        {"mongodb": mongodb, "redis": redis, "mlflow": mlflow_server, "lake": {"root": lake.root}}
    )
    async with peopled(mongodb, redis) as people:
        yield World(people, settings, generation)


@pytest.fixture
def run(mongodb, redis, mlflow_server, small_lake):
    """Run a scenario in a world whose nightly models are those of a small lake."""

    def run(scenario, lake=small_lake):
        async def within():
            async with world_of(mongodb, redis, mlflow_server, lake) as world:
                await scenario(world)

        asyncio.run(within())

    return run


def small_als():
    return Als(n_factors=4, n_epochs=5)


def small_hybrid():
    return Hybrid(n_factors=4, n_epochs=2)


def test_before_anything_is_published_or_done_there_is_nothing_to_refresh(run, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_als(), snapshot=snapshot))
        assert await world.refresh(NOON) == "0 lists were renewed"
        assert await world.refresh(NOON + MINUTE) is None
        await world.people.database[SERVING_STATE].delete_many({})
        assert await world.refresh(NOON + MINUTE) is None

    run(scenario)


def test_lists_that_are_behind_are_renewed_by_the_champion_and_only_once(run, snapshot):
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

    run(scenario)


def test_hybrid_learns_every_rating_once_however_often_it_goes_on(run, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        n_told = []
        for number, movie_id in enumerate((*COMEDIES[:3], *WESTERNS[:2])):
            at = NOON + 15 * number * MINUTE
            await world.rate(movie_id, at=at)
            await world.refresh(at + 2 * MINUTE)
            n_told.append(world.n_learned())
        assert n_told == [1, 2, 3, 4, 5]

    run(scenario)


def test_what_was_rated_in_the_last_minute_is_learned_the_next_time(run, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        await world.rate(1, 2, at=NOON)
        await world.rate(3, at=NOON + 2 * MINUTE)
        await world.refresh(NOON + 2.5 * MINUTE)
        assert world.n_learned() == 2
        await world.refresh(NOON + 17 * MINUTE)
        assert world.n_learned() == 3

    run(scenario)


def test_a_version_says_what_it_knows_and_takes_the_place_of_the_one_before(run, snapshot):
    async def scenario(world):
        night = world.train(small_hybrid(), snapshot=snapshot)
        await world.crown("als", world.train(small_als(), snapshot=snapshot))
        await world.rate(1, at=NOON)
        await world.refresh(NOON + 2 * MINUTE)
        first, *_ = world.hybrids()
        await world.rate(2, at=NOON + 15 * MINUTE)
        assert "hybrid version 4 has learned 1 ratings more" in await world.refresh(NOON + 17 * MINUTE)

        (newest, tags), *older = world.hybrids().items()
        assert [number for number, _ in older] == [night]
        assert first not in (newest, night)
        assert tags[LEARNED_UNTIL] == (NOON + 16 * MINUTE).isoformat()
        assert tags[CONTINUES] == str(night)
        assert world.registry.describe(RECOMMENDER, newest).parameters == small_hybrid().parameters()

    run(scenario)


def test_a_refresh_that_was_killed_is_done_again_and_counts_nothing_twice(run, snapshot, monkeypatch):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        await world.rate(1, 2, at=NOON)
        with monkeypatch.context() as patch:
            patch.setattr(ModelRegistry, "register", fail)
            with pytest.raises(KeyboardInterrupt):
                await world.refresh(NOON + 2 * MINUTE)
        with monkeypatch.context() as patch:
            patch.setattr(refresh_recommendations, "remember", fail)
            with pytest.raises(KeyboardInterrupt):
                await world.refresh(NOON + 2 * MINUTE)
        await world.refresh(NOON + 2 * MINUTE)
        assert world.n_learned() == 2

    run(scenario)


def fail(*_):
    raise KeyboardInterrupt


def test_what_the_night_has_learned_is_not_learned_again(run, spark, tmp_path):
    """The snapshot has two of the profile's ratings, at 123 ms after a second; one of them was changed since."""
    lake = Lake(str(tmp_path))
    at = (NIGHT - timedelta(hours=2)).replace(microsecond=123_000)

    async def scenario(world):
        movies = [movie(n, "Comedy") for n in COMEDIES] + [movie(n, "Western") for n in WESTERNS]
        others = [rating(user, n, 4.0, day) for user in (1, 2, 3) for day, n in enumerate(COMEDIES[user : user + 8])]
        known = [{**rating(world.user_id, n, 5.0, 0), "rated_at": at} for n in (1, 2)]
        snapshot = write_snapshot(lake, spark, DAY, {RATINGS: [*others, *known], MOVIES: movies})
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        for movie_id in (1, 2):
            key = {"_id": f"{world.user_id}-{movie_id}", "user_id": world.user_id, "movie_id": movie_id}
            await world.people.database["ratings"].insert_one({**key, "rating": 5.0, "rated_at": at})
        await world.do(Kind.RATING, 2, at=NOON, rating=1.0)
        await world.rate(101, at=NOON)

        assert "has learned 2 ratings more" in await world.refresh(NOON + 2 * MINUTE)
        assert world.n_learned() == 4

    run(scenario, lake)


def test_after_another_night_its_version_goes_on_and_what_came_of_the_one_before_goes(run, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        await world.rate(1, 2, at=NOON)
        await world.refresh(NOON + 2 * MINUTE)
        night = world.train(small_hybrid(), snapshot=snapshot)
        of_the_night_before = {LEARNED_UNTIL: NOON.isoformat(), CONTINUES: "1"}
        world.train(small_hybrid(), snapshot=snapshot, tags=of_the_night_before)  # by a refresh that took its time
        await world.rate(3, at=NOON + 15 * MINUTE)
        await world.refresh(NOON + 17 * MINUTE)

        (_, tags), *older = world.hybrids().items()
        assert tags[CONTINUES] == str(night)
        assert [number for number, _ in older] == [night, 1]
        assert world.n_learned() == 3

    run(scenario)


def test_where_the_ratings_of_the_night_were_replaced_nothing_is_learned_until_the_next(run, spark, tmp_path, capsys):
    lake = Lake(str(tmp_path))
    movies = [movie(n, "Comedy") for n in COMEDIES]

    async def scenario(world):
        for n_users in (2, 3):
            rated = [rating(user, n, 4.0, day) for user in range(n_users) for day, n in enumerate(COMEDIES[:8])]
            snapshot = write_snapshot(lake, spark, DAY, {RATINGS: rated, MOVIES: movies})
            if n_users == 2:
                await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        await world.rate(1, at=NOON)
        assert await world.refresh(NOON + 2 * MINUTE) == "1 lists were renewed"
        assert "hybrid version 1 learns nothing" in capsys.readouterr().out

    run(scenario, lake)


def test_a_champion_hybrid_lists_whom_it_has_learned_of_and_its_stand_in_the_others(run, snapshot):
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

    run(scenario)


def test_someone_who_deleted_their_account_is_forgotten(run, snapshot):
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

    run(scenario)


def test_a_rating_that_was_taken_back_is_not_learned_and_leaves_the_list(run, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        await world.rate(1, 2, at=NOON)
        await world.people.interactions.do(Action(world.user_id, Kind.RATING, 2, NOON + MINUTE, content=None))
        await world.refresh(NOON + 3 * MINUTE)
        assert world.n_learned() == 1
        assert 2 in (await world.list_of())["movie_ids"]
        assert np.isfinite((await world.list_of())["scores"]).all()

    run(scenario)
