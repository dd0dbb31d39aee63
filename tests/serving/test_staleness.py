from datetime import timedelta

import pytest

from infra.stores.generation_layout import Content
from infra.stores.ranked_movies import ModelVersion, RankedMovies
from infra.stores.recent_interactions import Interaction
from infra.stores.recommendations import Generation
from infra.stores.user_layout import Kind
from serving.lookup import Found
from serving.staleness import why_outdated, why_stale
from tests.publication import NIGHT

OWN = RankedMovies([6], [1.0])
MADE = ModelVersion("als", 12)
GENERATION = Generation("2026-11-20T003105Z", NIGHT, models={"recommender": MADE})
HOUR = timedelta(hours=1)


def of_user(ranked=OWN, interactions=(), is_known=True):
    return Found(Content.USER_LISTS, GENERATION, ranked, tuple(interactions), is_known)


def rated(rating, at=NIGHT + HOUR):
    return Interaction(Kind.RATING, 541, at, rating)


def watched(movie_id, at=NIGHT + HOUR):
    return Interaction(Kind.WATCH, movie_id, at)


@pytest.mark.parametrize(("age", "reason"), [(36 * HOUR, None), (36 * HOUR + timedelta(seconds=1), "age")])
def test_a_list_is_stale_once_it_is_older_than_36_hours(age, reason):
    assert why_stale(of_user(), {}, NIGHT + age) == reason


def test_without_a_generation_everything_is_stale():
    assert why_stale(Found(Content.USER_LISTS, Generation()), {}, NIGHT) == "age"


@pytest.mark.parametrize(
    ("champion", "reason"),
    [(MADE, None), (ModelVersion("als", 13), "model"), (ModelVersion("ials", 12), "model")],
)
def test_a_list_is_stale_when_another_version_is_champion(champion, reason):
    assert why_stale(of_user(), {"recommender": champion}, NIGHT) == reason


def test_the_champion_of_movie_lists_says_nothing_of_users():
    assert why_stale(of_user(), {"similar_movies": ModelVersion("als", 13)}, NIGHT) is None


def test_a_list_with_its_own_time_and_model_is_judged_by_them():
    later, newer = NIGHT + 30 * HOUR, ModelVersion("als", 13)
    own = RankedMovies([6], [1.0], generated_at=later, model=newer)

    assert why_stale(of_user(own), {"recommender": newer}, NIGHT + 40 * HOUR) is None
    assert why_outdated(of_user(own, [rated(5.0, NIGHT + 29 * HOUR)])) is None


@pytest.mark.parametrize(
    ("rating", "reason"),
    [(0.5, "strong_opinion"), (2.0, "strong_opinion"), (2.5, None), (4.0, None), (4.5, "strong_opinion")],
)
def test_one_strong_opinion_is_enough(rating, reason):
    assert why_outdated(of_user(interactions=[rated(rating)])) == reason


@pytest.mark.parametrize(("n", "reason"), [(4, None), (5, "interactions")])
def test_five_things_of_any_kind_are_enough(n, reason):
    assert why_outdated(of_user(interactions=map(watched, range(n)))) == reason


def test_what_was_done_before_the_list_was_made_does_not_count():
    before = NIGHT - HOUR

    assert why_outdated(of_user(interactions=[rated(5.0, before), *(watched(n, before) for n in range(9))])) is None


def test_where_there_is_no_list_everything_counts():
    assert why_outdated(of_user(ranked=None, interactions=[rated(5.0, NIGHT - HOUR)])) == "strong_opinion"


def test_where_nobody_knows_whether_there_is_a_list_nothing_counts():
    assert why_outdated(of_user(ranked=None, interactions=[rated(5.0)], is_known=False)) is None
