import asyncio
import threading

import pytest

from infra.errors import NoChampion
from infra.stores.manifest import Manifest
from infra.stores.ranked_movies import ModelVersion
from infra.stores.registry import RECOMMENDER
from models.als import Als
from models.hybrid import Hybrid
from pipelines.near_line import champion as champion_line
from pipelines.near_line.champion import Champions, Wanted, who_folds_in
from tests.catalogues import silent
from tests.pipelines.near_line.working import champion, ratings

FIRST, SECOND = (Wanted(ModelVersion("als", version), "2026-11-20T003105Z") for version in (1, 2))


@pytest.fixture
def register(registry, experiment):
    """Fit a model a little and register it with a run of its own; return it as it is stored."""
    snapshot = Manifest("features", "2026-11-20", attempt="one", git_commit="abc", inputs={}, tables={})

    def register(model_class):
        model = model_class(n_factors=2, n_epochs=1).fit(ratings(), silent(ratings()))
        with experiment.night(snapshot) as night:
            run_id = experiment.log_run(night, model, {}, {"newest_rating": "1700000000"})
        return registry.load(RECOMMENDER, registry.register(RECOMMENDER, run_id, model))

    return register


def test_a_champion_that_cannot_fold_users_in_has_a_stand_in(registry, register):
    hybrid = register(Hybrid)
    assert who_folds_in(registry, hybrid).version == hybrid.version

    register(Als)
    als = register(Als)
    stand_in = who_folds_in(registry, hybrid)
    assert (stand_in.name, stand_in.version) == ("als", als.version)
    assert who_folds_in(registry, als).version == als.version


def test_the_first_champion_is_waited_for_and_the_next_is_not():
    may_load = threading.Event()

    def load(wanted):
        if wanted == SECOND:
            may_load.wait()
        return champion(wanted)

    async def scenario():
        champions = Champions(load)
        assert (await champions.newest(FIRST)).version.version == 1
        assert (await champions.newest(SECOND)).version.version == 1
        may_load.set()
        async with asyncio.timeout(30):
            while (await champions.newest(SECOND)).version.version == 1:
                await asyncio.sleep(0.01)

    asyncio.run(scenario())


@pytest.mark.parametrize("error", [NoChampion("it was taken away"), KeyError("user_factors")])
def test_the_one_before_goes_on_when_the_next_cannot_be_loaded(error):
    tried = threading.Event()

    def load(wanted):
        if wanted == SECOND:
            tried.set()
            raise error
        return champion(wanted)

    async def scenario():
        champions = Champions(load)
        await champions.newest(FIRST)
        await champions.newest(SECOND)
        await asyncio.to_thread(tried.wait)
        await asyncio.sleep(0.05)
        assert (await champions.newest(SECOND)).version.version == 1
        assert (await champions.newest(FIRST)).version.version == 1

    asyncio.run(scenario())


def test_the_next_is_loaded_as_soon_as_it_can_be(monkeypatch):
    monkeypatch.setattr(champion_line, "RETRY_SECONDS", 0.05)
    errors = iter([KeyError("user_factors"), MemoryError()])

    def load(wanted):
        if wanted == SECOND and (error := next(errors, None)):
            raise error
        return champion(wanted)

    async def scenario():
        champions = Champions(load)
        await champions.newest(FIRST)
        async with asyncio.timeout(30):
            while (await champions.newest(SECOND)).version.version == 1:
                await asyncio.sleep(0.01)
        assert next(errors, None) is None

    asyncio.run(scenario())


@pytest.mark.parametrize("error", [NoChampion("there is none"), KeyError("user_factors")])
def test_without_a_first_champion_nothing_can_be_listed_and_the_reason_is_told(error):
    def load(wanted):
        raise error

    with pytest.raises(NoChampion, match=f"{type(error).__name__}: .*{error.args[0]}"):
        asyncio.run(Champions(load).newest(FIRST))
