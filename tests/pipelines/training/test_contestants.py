"""Who takes part, by what a real MLflow has as champions."""

import pytest

from infra.stores.manifest import Manifest, TableRecord
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES
from models import zoo
from models.als import Als
from models.popularity import Popularity
from pipelines.training.contestants import Contestant, contestants, those_of_a_first_night
from tests.pipelines.kept_models import keep

LEARNED = Manifest("features", "2026-11-20", "one", "abc", {}, {}, [])
"""The ratings that a kept model has learned from, the newest of them given in second 2."""

OTHER = Manifest("features", "2026-11-21", "two", "abc", {}, {"ratings": TableRecord(4, {}, "0f")}, [])

AT_HAND = Contestant(RECOMMENDER, "popularity", {"half_life_days": 100.0}, note="of the champion")


@pytest.fixture
def crown(registry, experiment):
    """Make a popularity of that half-life champion."""
    return lambda half_life_days: registry.promote(RECOMMENDER, keep(registry, experiment, half_life_days))


def test_without_a_champion_the_zoo_takes_part_with_the_seed_where_a_model_takes_one(registry):
    entered = contestants(registry, seed=7, manifest=OTHER)

    by_name = {(each.registered_name, each.model): each.parameters for each in entered}
    assert len(entered) == len(by_name) == len(zoo.ZOO) + len(zoo.SIMILAR_MOVIES)
    assert by_name[RECOMMENDER, "als"] == Als(seed=7).parameters()
    assert by_name[SIMILAR_MOVIES, "likeness"]["seed"] == 7
    assert by_name[RECOMMENDER, "popularity"] == Popularity().parameters()
    assert not any(each.only_until for each in entered)


def test_a_champion_with_other_parameters_than_the_zoos_takes_part_too(registry, crown):
    everyone = contestants(registry, seed=7, manifest=LEARNED)

    crown(100.0)

    entered = contestants(registry, seed=7, manifest=LEARNED)
    assert [each for each in entered if each not in everyone] == [AT_HAND]


def test_a_champion_as_the_zoo_has_it_takes_part_once(registry, crown):
    everyone = contestants(registry, seed=7, manifest=LEARNED)

    crown(Popularity().half_life_days)

    assert contestants(registry, seed=7, manifest=LEARNED) == everyone


def test_on_other_ratings_the_champion_takes_part_once_more_as_it_was(registry, crown):
    crown(100.0)

    entered = contestants(registry, seed=7, manifest=OTHER)

    as_it_was = [each for each in entered if each.only_until is not None]
    assert as_it_was == [AT_HAND._replace(only_until=2, note="as it was")]
    assert as_it_was[0].title == "popularity as it was"
    assert AT_HAND in entered


def test_on_a_first_night_those_that_take_long_stay_away_from_where_there_is_no_champion(registry, crown):
    everyone = contestants(registry, seed=7, manifest=LEARNED)
    assert {each.model for each in those_of_a_first_night(everyone, registry)} == zoo.FIRST_NIGHT

    crown(Popularity().half_life_days)

    entered = those_of_a_first_night(everyone, registry)
    assert {each.model for each in entered if each.registered_name == RECOMMENDER} == zoo.ZOO.keys()
    assert {each.model for each in entered if each.registered_name == SIMILAR_MOVIES} == {"likeness", "ease"}


def test_only_the_same_parameters_on_all_ratings_are_the_champions_configuration(registry, crown):
    crown(100.0)
    champion = registry.champion(RECOMMENDER)

    assert AT_HAND.is_now(champion)
    assert not AT_HAND._replace(only_until=2).is_now(champion)
    assert not AT_HAND._replace(parameters={"half_life_days": 730.0}).is_now(champion)
    assert AT_HAND.build().parameters() == champion.parameters
