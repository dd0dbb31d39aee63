import numpy as np

from infra.stores.registry import Version
from pipelines.training.decisions import decide
from tests.pipelines.training.trials import tried

N = 300
BASE = np.random.default_rng(3).random(N) * 0.4
POPULARITY = tried("popularity", BASE - 0.1, version=1, half_life_days=730)


def champion(name="als", version=7, **parameters):
    return Version(name, parameters, version, "run", "2026-11-19", newest_rating=100)


def verdicts(decisions):
    return {decision.challenger.contestant.model: decision.verdict for decision in decisions}


def test_without_a_champion_the_best_that_beats_popularity_wins():
    decisions = decide([POPULARITY, tried("als", BASE, 2), tried("ease", BASE + 0.02, 3)], None, "by_user")

    assert decisions[-1].challenger.outcome.version == 3
    assert [decision.verdict.is_promoted for decision in decisions] == [False, False, True]
    assert verdicts(decisions)["als"].reason == "ease is promoted; without it: there was no champion"


def test_popularity_may_win_when_nothing_personal_beats_it():
    decisions = decide([POPULARITY, tried("als", BASE - 0.2, 2)], None, "by_user")

    assert decisions[-1].challenger.contestant.model == "popularity"
    assert decisions[-1].verdict.is_promoted


def test_the_same_configuration_on_the_same_ratings_is_not_promoted():
    decisions = decide([POPULARITY, tried("als", BASE, 2, n_factors=8)], champion(n_factors=8), "by_user")

    assert not any(decision.verdict.is_promoted for decision in decisions)
    assert verdicts(decisions)["als"].reason.startswith("version 7 is the same model")


def test_a_mere_reseed_is_not_promoted():
    noise = np.random.default_rng(4).normal(0, 0.05, N)
    luckier = BASE + noise - noise.mean() + 0.002  # within its standard error of .003

    decisions = decide(
        [POPULARITY, tried("als", BASE, 2, seed=42), tried("als", luckier, 3, seed=43)], champion(seed=42), "by_user"
    )

    assert not any(decision.verdict.is_promoted for decision in decisions)


def test_the_champions_configuration_on_newer_ratings_is_compared_with_itself_as_it_was():
    as_it_was = tried("als", BASE - 0.001, None, only_until=100, n_factors=8)

    decisions = decide([POPULARITY, tried("als", BASE, 2, n_factors=8), as_it_was], champion(n_factors=8), "by_user")

    assert decisions[-1].verdict.is_promoted
    assert decisions[-1].verdict.reason.startswith("fresher, and not worse: +0.0010")
    assert as_it_was not in [decision.challenger for decision in decisions]


def test_another_model_that_is_better_goes_before_a_fresher_champion():
    contestants = [
        POPULARITY,
        tried("als", BASE, 2, n_factors=8),
        tried("als", BASE, None, only_until=100, n_factors=8),
        tried("ease", BASE + 0.02, 3),
    ]

    decisions = decide(contestants, champion(n_factors=8), "by_user")

    assert decisions[-1].challenger.contestant.model == "ease"
    assert verdicts(decisions)["als"].reason.startswith("ease is promoted; without it: fresher")


def test_a_model_that_was_not_kept_is_not_judged():
    decisions = decide(
        [POPULARITY, tried("als", BASE, 2, n_factors=8), tried("ease", BASE + 0.1, None)], None, "by_user"
    )

    assert verdicts(decisions).keys() == {"popularity", "als"}


def test_without_the_champions_own_configuration_nothing_can_be_promoted():
    decisions = decide([POPULARITY, tried("ease", BASE + 0.1, 3)], champion(n_factors=8), "by_user")

    assert not any(decision.verdict.is_promoted for decision in decisions)
    assert "the champion's own als could not be tried" in verdicts(decisions)["ease"].reason
