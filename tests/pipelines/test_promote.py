from datetime import UTC, datetime

import pytest

from infra.errors import ModelRefused
from infra.stores.promotions import PromotionLog
from infra.stores.registry import RECOMMENDER
from pipelines import demote, promote
from pipelines.training.promoting import settle
from pipelines.who_was_live import tell
from tests.pipelines.kept_models import keep


@pytest.fixture
def log(mongodb):
    with PromotionLog(mongodb.address, mongodb.database) as log:
        yield log


def test_a_person_makes_a_version_champion_on_record(registry, experiment, log):
    first, second = keep(registry, experiment, 100), keep(registry, experiment, 200)
    promote.run(registry, log, RECOMMENDER, first, "to begin with")
    promote.run(registry, log, RECOMMENDER, second, "lists looked odd")

    assert registry.champion_version(RECOMMENDER) == second
    newest = log.newest(RECOMMENDER)
    assert (newest["verdict"], newest["reason"]) == ("promoted", "lists looked odd")
    assert newest["champion"] == {"name": "popularity", "version": first}
    assert "@" in newest["who"]


def test_demoting_returns_to_the_champion_before(registry, experiment, log):
    first, second = keep(registry, experiment, 100), keep(registry, experiment, 200)
    promote.run(registry, log, RECOMMENDER, first, "to begin with")
    promote.run(registry, log, RECOMMENDER, second, "a mistake")

    demote.run(registry, log, RECOMMENDER, "it was one")

    assert registry.champion_version(RECOMMENDER) == first
    assert log.newest(RECOMMENDER)["verdict"] == "demoted"


def test_without_an_earlier_champion_there_is_nothing_to_go_back_to(registry, experiment, log):
    promote.run(registry, log, RECOMMENDER, keep(registry, experiment, 100), "to begin with")

    with pytest.raises(ModelRefused, match="no version of `recommender` was champion before version 1"):
        demote.run(registry, log, RECOMMENDER, "why not")


@pytest.mark.parametrize(
    ("version", "why", "told"),
    [(1, " ", "add --why"), (1, "again", "is champion already"), (9, "a guess", "has no version 9")],
)
def test_a_decision_that_makes_no_sense_is_refused_and_not_on_record(registry, experiment, log, version, why, told):
    promote.run(registry, log, RECOMMENDER, keep(registry, experiment, 100), "to begin with")
    before = log.newest(RECOMMENDER)

    with pytest.raises(ModelRefused, match=told):
        promote.run(registry, log, RECOMMENDER, version, why)

    assert log.newest(RECOMMENDER) == before


def test_not_even_a_person_promotes_what_learned_from_a_refused_snapshot(registry, experiment, log):
    version = keep(registry, experiment, 100, is_sound=False)

    with pytest.raises(ModelRefused, match="failed its checks: ratings: rows"):
        promote.run(registry, log, RECOMMENDER, version, "I know better")

    assert registry.champion_version(RECOMMENDER) is None


def test_a_promotion_cut_off_before_the_alias_moved_is_finished(registry, experiment, log):
    first, second = keep(registry, experiment, 100), keep(registry, experiment, 200)
    promote.run(registry, log, RECOMMENDER, first, "to begin with")
    decision = {"verdict": "promoted", "reason": "better", "champion": {"name": "popularity", "version": first}}
    log.append(RECOMMENDER, {"name": "popularity", "version": second}, "night", decision)

    settle(registry, log)

    assert registry.champion_version(RECOMMENDER) == second


def test_an_alias_moved_by_hand_is_put_on_record(registry, experiment, log):
    first, second = keep(registry, experiment, 100), keep(registry, experiment, 200)
    promote.run(registry, log, RECOMMENDER, first, "to begin with")
    registry.promote(RECOMMENDER, second)

    settle(registry, log)

    newest = log.newest(RECOMMENDER)
    assert (newest["verdict"], newest["live"]["version"], newest["who"]) == ("found", second, "unknown")
    assert registry.champion_version(RECOMMENDER) == second


def test_who_was_live_is_told_for_any_minute(registry, experiment, log):
    before = datetime.now(UTC)
    promote.run(registry, log, RECOMMENDER, keep(registry, experiment, 100), "to begin with")

    assert list(tell(log, before)) == ["recommender: nothing was live", "similar_movies: nothing was live"]
    told = next(tell(log, datetime.now(UTC)))
    assert told.startswith("recommender: popularity version 1, since 20")
    assert told.endswith(": to begin with")
