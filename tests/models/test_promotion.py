import json

import numpy as np
import pytest

from models.promotion import judge_better, judge_first, judge_fresher, slice_verdicts
from tests.pipelines.training.trials import evaluation

N = 400
CHAMPION = np.random.default_rng(6).random(N) * 0.4
WORSE = {"popularity": evaluation(CHAMPION - 0.1)}
NOBODY = np.full(N, np.nan)


def of_new_users(values):
    """The values of the first 50 users, who are new."""
    return np.where(np.arange(N) < 50, values, np.nan)


def test_another_model_that_is_surely_better_is_promoted():
    verdict = judge_better(evaluation(CHAMPION + 0.02), evaluation(CHAMPION), WORSE, n_challengers=9)

    assert verdict.is_promoted
    assert verdict.reason.startswith("better: +0.0200 (")
    assert verdict.figures["difference_low"] > 0


def test_another_seed_that_is_better_by_chance_is_not_promoted():
    noise = np.random.default_rng(7).normal(0, 0.05, N)
    reseeded = CHAMPION + noise - noise.mean() + 0.002  # within its standard error of .0025

    verdict = judge_better(evaluation(reseeded), evaluation(CHAMPION), WORSE, n_challengers=1)

    assert not verdict.is_promoted
    assert "not surely better" in verdict.reason


def test_the_best_of_many_must_be_better_more_surely_than_the_only_one():
    noise = np.random.default_rng(8).normal(0, 0.1, N)
    challenger = evaluation(CHAMPION + noise - noise.mean() + 0.011)  # a little over two standard errors

    alone = judge_better(challenger, evaluation(CHAMPION), WORSE, n_challengers=1)
    among_many = judge_better(challenger, evaluation(CHAMPION), WORSE, n_challengers=20)

    assert (alone.is_promoted, among_many.is_promoted) == (True, False)


def test_a_challenger_better_on_average_and_much_worse_for_new_users_is_refused_by_name():
    lopsided = CHAMPION + np.where(np.arange(N) < 50, -0.1, 0.1)
    challenger = evaluation(lopsided, new_users=of_new_users(lopsided))

    verdict = judge_better(challenger, evaluation(CHAMPION, new_users=of_new_users(CHAMPION)), WORSE, 1)

    assert verdict.figures["difference_low"] > 0
    assert not verdict.is_promoted
    assert verdict.reason.startswith("new_users lose ")


def test_the_same_model_on_newer_ratings_is_promoted_when_it_is_no_worse():
    assert judge_fresher(evaluation(CHAMPION), evaluation(CHAMPION), WORSE).is_promoted
    assert judge_fresher(evaluation(CHAMPION - 0.001), evaluation(CHAMPION), WORSE).is_promoted


def test_the_same_model_on_newer_ratings_is_refused_when_it_may_be_worse_beyond_the_margin():
    verdict = judge_fresher(evaluation(CHAMPION - 0.01), evaluation(CHAMPION), WORSE)

    assert not verdict.is_promoted
    assert "may be worse by 0.00" in verdict.reason


@pytest.mark.parametrize("judge", [judge_fresher, lambda *models: judge_better(*models, n_challengers=1)])
def test_a_model_that_does_not_surely_beat_popularity_is_refused(judge):
    better = evaluation(CHAMPION + 0.02)

    verdict = judge(better, evaluation(CHAMPION), {"popularity_recent": better})

    assert verdict.reason == "it does not surely beat popularity_recent: +0.0000 (+0.0000 to +0.0000)"


def test_lists_that_shrink_to_what_everyone_knows_are_refused():
    challenger = evaluation(CHAMPION + 0.02, coverage=0.1)

    verdict = judge_better(challenger, evaluation(CHAMPION, coverage=0.3), WORSE, 1)

    assert verdict.reason == "lists reach 10.0% of the catalogue instead of 30.0%"


def test_every_objection_is_told():
    verdict = judge_better(evaluation(CHAMPION - 0.2, coverage=0.01), evaluation(CHAMPION), WORSE, 1)

    assert len(verdict.reason.split("; ")) == 3


def test_the_first_champion_has_only_popularity_to_beat():
    assert judge_first(evaluation(CHAMPION), WORSE).is_promoted
    assert not judge_first(evaluation(CHAMPION), {"popularity": evaluation(CHAMPION)}).is_promoted
    assert judge_first(evaluation(CHAMPION), {}).is_promoted


def judged(before, after, n_users=N):
    """The verdict on a slice of movies that all but the first n_users have nothing of."""
    there = np.arange(N) < n_users
    champion, challenger = (np.where(there, values, np.nan) for values in (before, after))
    verdicts = slice_verdicts(evaluation(CHAMPION, tail_movies=challenger), evaluation(CHAMPION, tail_movies=champion))
    return verdicts["tail_movies"]


def test_a_slice_may_fall_by_less_than_its_floor():
    assert not judged(np.full(N, 0.2), np.full(N, 0.16)).is_breached
    assert judged(np.full(N, 0.2), np.full(N, 0.14)).is_breached


def test_a_slice_that_falls_by_chance_is_not_breached():
    noise = np.random.default_rng(9).normal(0, 1, N)

    assert not judged(np.full(N, 0.2), 0.12 + noise - noise.mean()).is_breached


def test_a_slice_of_few_users_is_shown_and_not_judged():
    verdict = judged(np.full(N, 0.2), np.zeros(N), n_users=29)

    assert (verdict.n_users, verdict.is_breached) == (29, False)
    assert judged(np.full(N, 0.2), np.zeros(N), n_users=30).is_breached


def test_a_slice_of_nobody_is_no_error():
    verdict = slice_verdicts(evaluation(CHAMPION, heavy_users=NOBODY), evaluation(CHAMPION, heavy_users=NOBODY))

    assert verdict["heavy_users"].n_users == 0


def test_a_verdict_can_be_kept_as_json():
    verdict = judge_better(evaluation(CHAMPION, new_users=CHAMPION), evaluation(CHAMPION, new_users=CHAMPION), {}, 1)

    kept = json.loads(json.dumps(verdict.as_document()))

    assert kept["verdict"] == "refused"
    assert kept["slices"]["new_users"]["difference"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
