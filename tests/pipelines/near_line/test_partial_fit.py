"""What the hybrid model learns between two nights, with a real lake, MLflow, MongoDB and Redis."""

from datetime import timedelta

import numpy as np
import pytest

from infra.stores.interactions import Action
from infra.stores.lake import Lake
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.stores.user_layout import Kind
from infra.tables import MOVIES, RATINGS
from pipelines import refresh_recommendations
from pipelines.near_line.partial_fit import CONTINUES, LEARNED_UNTIL
from tests.pipelines.near_line.refreshing import MINUTE, NOON, small_als, small_hybrid
from tests.pipelines.small_lake import COMEDIES, DAY, WESTERNS, movie, rating, write_snapshot
from tests.publication import NIGHT


def test_hybrid_learns_every_rating_once_however_often_it_goes_on(refreshing, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        n_told = []
        for number, movie_id in enumerate((*COMEDIES[:3], *WESTERNS[:2])):
            at = NOON + 15 * number * MINUTE
            await world.rate(movie_id, at=at)
            await world.refresh(at + 2 * MINUTE)
            n_told.append(world.n_learned())
        assert n_told == [1, 2, 3, 4, 5]

    refreshing(scenario)


def test_what_was_rated_in_the_last_minute_is_learned_the_next_time(refreshing, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        await world.rate(1, 2, at=NOON)
        await world.rate(3, at=NOON + 2 * MINUTE)
        await world.refresh(NOON + 2.5 * MINUTE)
        assert world.n_learned() == 2
        await world.refresh(NOON + 17 * MINUTE)
        assert world.n_learned() == 3

    refreshing(scenario)


def test_a_version_says_what_it_knows_and_takes_the_place_of_the_one_before(refreshing, snapshot):
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

    refreshing(scenario)


def test_a_refresh_that_was_killed_is_done_again_and_counts_nothing_twice(refreshing, snapshot, monkeypatch):
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

    refreshing(scenario)


def fail(*_):
    raise KeyboardInterrupt


def test_what_the_night_has_learned_is_not_learned_again(refreshing, spark, tmp_path):
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

    refreshing(scenario, lake)


def test_after_another_night_its_version_goes_on_and_what_came_of_the_one_before_goes(refreshing, snapshot):
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

    refreshing(scenario)


def test_where_the_ratings_of_the_night_were_replaced_nothing_is_learned_until_the_next(
    refreshing, spark, tmp_path, capsys
):
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

    refreshing(scenario, lake)


def test_a_rating_that_was_taken_back_is_not_learned_and_leaves_the_list(refreshing, snapshot):
    async def scenario(world):
        await world.crown("als", world.train(small_hybrid(), small_als(), snapshot=snapshot))
        await world.rate(1, 2, at=NOON)
        await world.people.interactions.do(Action(world.user_id, Kind.RATING, 2, NOON + MINUTE, content=None))
        await world.refresh(NOON + 3 * MINUTE)
        assert world.n_learned() == 1
        assert 2 in (await world.list_of())["movie_ids"]
        assert np.isfinite((await world.list_of())["scores"]).all()

    refreshing(scenario)
