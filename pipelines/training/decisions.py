"""Who of a night's contestants becomes champion."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from infra.stores.registry import Version
from models.evaluation import DECIDING_METRIC, Evaluation
from models.promotion import Verdict, judge_better, judge_first, judge_fresher
from models.zoo import POPULARITIES
from pipelines.training.contestants import Contestant, Outcome
from pipelines.training.trials import Trial


class Tried(NamedTuple):
    """An outcome and its trial."""

    outcome: Outcome
    trial: Trial

    @property
    def contestant(self) -> Contestant:
        """Who it was."""
        return self.outcome.contestant


class Decision(NamedTuple):
    """The verdict on one challenger."""

    challenger: Tried
    verdict: Verdict


def decide(tried: Sequence[Tried], champion: Version | None, split: str) -> list[Decision]:
    """Judge every challenger that was kept, on the split of that name; at most one is promoted, and comes last.

    All of `tried` are contestants for the same registered name. Of several that pass, the best mean wins; another model
    that is better goes before the champion's own configuration that is only fresher.
    """
    challengers = [each for each in tried if each.outcome.version is not None]
    decisions = [Decision(each, _judge(each, tried, champion, split)) for each in challengers]
    passed = [decision for decision in decisions if decision.verdict.is_promoted]
    if not passed:
        return decisions
    winner = max(passed, key=lambda decision: (_is_another(decision, champion), _mean(decision, split)))
    return [*(_behind(decision, winner) for decision in decisions if decision is not winner), winner]


def _judge(challenger: Tried, tried: Sequence[Tried], champion: Version | None, split: str) -> Verdict:
    mine = challenger.trial.on(split)
    popularities = _popularities(challenger, tried, split)
    if champion is None:
        return judge_first(mine, popularities)
    now = [each for each in tried if each.contestant.is_now(champion)]
    before = [each for each in tried if each.contestant.only_until is not None]
    if challenger in now and not before:
        return _refused(f"version {champion.version} is the same model and has learned from the same ratings")
    if challenger in now:
        return judge_fresher(mine, before[0].trial.on(split), popularities)
    if not now:
        return _refused(f"there is nothing to compare with: the champion's own {champion.name} could not be tried")
    n_challengers = len(tried) - len(before) - len(now)
    return judge_better(mine, now[0].trial.on(split), popularities, n_challengers)


def _popularities(challenger: Tried, tried: Sequence[Tried], split: str) -> dict[str, Evaluation]:
    """Return what a personal model must beat: every other kind of popularity."""
    if challenger.contestant.model in POPULARITIES:
        return {}
    return {
        each.trial.model: each.trial.on(split)
        for each in tried
        if each.contestant.model in POPULARITIES and each.contestant.only_until is None
    }


def _is_another(decision: Decision, champion: Version | None) -> bool:
    return champion is None or not decision.challenger.contestant.is_now(champion)


def _mean(decision: Decision, split: str) -> float:
    return decision.challenger.trial.on(split).means[DECIDING_METRIC]


def _behind(decision: Decision, winner: Decision) -> Decision:
    if not decision.verdict.is_promoted:
        return decision
    reason = f"{winner.challenger.trial.model} is promoted; without it: {decision.verdict.reason}"
    return decision._replace(verdict=replace(decision.verdict, is_promoted=False, reason=reason))


def _refused(reason: str) -> Verdict:
    return Verdict(False, reason, {})
