"""The three steps of a night's training: who takes part, what each shows, who becomes champion."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from infra.errors import ModelRefused
from infra.stores.experiment import Experiment, Night
from infra.stores.promotions import PromotionLog
from infra.stores.registry import ModelRegistry, Version
from infra.stores.snapshot import Snapshot
from pipelines.training.checks import check_snapshot, register_checked
from pipelines.training.contestants import ZOOS, Contestant, Outcome, find_champion
from pipelines.training.decisions import Decision, Tried, decide
from pipelines.training.engines import Fit, fit_here
from pipelines.training.pictures import draw
from pipelines.training.promoting import as_live, promote, settle
from pipelines.training.table import as_table
from pipelines.training.training_set import Question, TrainingSet
from pipelines.training.trials import Trial, hold_trial

TRIAL = "trial.npz"
DECISIONS = "decisions.json"
BY_NIGHT = "night"
MOST_TAG_LETTERS = 5_000  # as MLflow allows


class Stores(NamedTuple):
    """Where a night's models, and what is decided of them, are kept."""

    experiment: Experiment
    registry: ModelRegistry
    log: PromotionLog


def open_night(snapshot: Snapshot, stores: Stores) -> Night:
    """Bring alias and log together and open the night's run; doing it again counts one attempt more.

    Raises ModelRefused for a snapshot that failed a check.
    """
    check_snapshot("training", snapshot.manifest)
    settle(stores.registry, stores.log)
    return stores.experiment.open_night(snapshot.manifest)


def try_model(
    contestant: Contestant, training_set: TrainingSet, stores: Stores, night: Night, fit: Fit = fit_here
) -> Outcome:
    """Hold a contestant's trial, fit it to all ratings and register it; one that fails its checks has no version."""
    model = contestant.build()
    trial = hold_trial(model, contestant.title, _asked(contestant, training_set), contestant.as_recommender, fit)
    print(f"{contestant.title}: fitted in {trial.fit_seconds:.1f} s on average, {trial.peak_memory_mb:,.0f} MB at most")
    tags = {"newest_rating": str(training_set.newest_rating), "registered_name": contestant.registered_name}
    run_id = stores.experiment.log_run(night, model, trial.figures(), tags, contestant.title)
    stores.experiment.attach(run_id, {TRIAL: trial.to_bytes()})
    if contestant.only_until is not None:
        return Outcome(contestant, run_id, None)
    fit(model, training_set.ratings, training_set.catalogue)
    list_some = partial(contestant.list_some, ratings=training_set.ratings)
    try:
        version = register_checked(stores.registry, contestant.registered_name, run_id, model, list_some)
    except ModelRefused as refusal:
        stores.experiment.describe(run_id, f"Refused: {refusal}")
        print(f"refused: {refusal}")
        return Outcome(contestant, run_id, None)
    return Outcome(contestant, run_id, version)


def conclude(outcomes: Sequence[Outcome], training_set: TrainingSet, stores: Stores, night: Night) -> None:
    """Compare what was tried, write every decision down, and promote.

    Raises ModelRefused when no model of a registered name was kept.
    """
    tried = [Tried(outcome, Trial.from_bytes(stores.experiment.read(outcome.run_id, TRIAL))) for outcome in outcomes]
    told = []
    with stores.experiment.ending(night):
        for registered_name in ZOOS:
            mine = [each for each in tried if each.contestant.registered_name == registered_name]
            told.append(_conclude_one(registered_name, mine, training_set, stores, night))
        stores.experiment.attach(night.run_id, draw(tried, training_set, stores.registry))
        stores.experiment.describe(night.run_id, "\n\n".join(told))
    print(f"side by side: {stores.experiment.comparison_page}")


def _conclude_one(
    registered_name: str, tried: Sequence[Tried], training_set: TrainingSet, stores: Stores, night: Night
) -> str:
    """Decide for one registered name, and return what was decided and by which figures, as Markdown."""
    champion = find_champion(stores.registry, registered_name)
    decisions = decide(tried, champion, training_set.decides)
    if not decisions:
        raise ModelRefused(f"no model for `{registered_name}` was kept; its runs say why, and who is in force stays")
    for decision in decisions:
        _write_down(registered_name, decision, champion, stores, night)
    rows = [_row(registered_name, decision) for decision in decisions]
    stores.experiment.attach_table(night.run_id, DECISIONS, rows)
    trials, measure = [each.trial for each in tried], _measure(tried, champion)
    tables = "\n\n".join(as_table(trials, split, measure) for split in ("by_user", "by_time"))
    told = f"{registered_name}: {_outcome(decisions[-1], champion)}, decided {training_set.decides}{training_set.why}"
    print(f"\n{tables}\n\n{told}")
    return f"{told}\n\n{tables}"


def _write_down(
    registered_name: str, decision: Decision, champion: Version | None, stores: Stores, night: Night
) -> None:
    """Put one decision on record, in MongoDB and with the version, and promote where it says so."""
    outcome = decision.challenger.outcome
    version = outcome.version
    assert version is not None  # what was not kept is not judged
    in_force = as_live(champion) if champion else None
    entry = {
        **decision.verdict.as_document(),
        "challenger": {"name": outcome.contestant.model, "version": version},
        "champion": in_force,
        "snapshot_date": night.manifest.snapshot_date,
        "night": night.run_id,
    }
    if decision.verdict.is_promoted:
        stored = stores.registry.load(registered_name, version)
        promote(stores.registry, stores.log, registered_name, stored, BY_NIGHT, entry)
    else:
        stores.log.append(registered_name, in_force, BY_NIGHT, entry)
    tags = {"verdict": entry["verdict"], "reason": decision.verdict.reason[:MOST_TAG_LETTERS], "who": BY_NIGHT}
    stores.registry.tag(registered_name, version, tags)


def _row(registered_name: str, decision: Decision) -> dict[str, Any]:
    document, outcome = decision.verdict.as_document(), decision.challenger.outcome
    bounds = {name: document["figures"].get(name) for name in ("difference", "difference_low", "difference_high")}
    told = {"verdict": document["verdict"], "reason": document["reason"], **bounds}
    return {"for": registered_name, "model": outcome.contestant.model, "version": outcome.version, **told}


def _measure(tried: Sequence[Tried], champion: Version | None) -> Trial | None:
    """Return the trial of the champion's configuration on the same ratings, None without one."""
    same = [each.trial for each in tried if champion and each.contestant.is_now(champion)]
    return same[0] if same else None


def _outcome(last: Decision, champion: Version | None) -> str:
    name, version = last.challenger.trial.model, last.challenger.outcome.version
    if last.verdict.is_promoted:
        return f"{name} version {version} is champion, {last.verdict.reason}"
    return f"{champion.name} version {champion.version} stays champion" if champion else "there is no champion"


def _asked(contestant: Contestant, training_set: TrainingSet) -> Sequence[Question]:
    """Return the questions, with no rating to learn from that the contestant must not know."""
    moment = contestant.only_until
    if moment is None:
        return training_set.questions
    return [Question(split.until(moment), catalogue) for split, catalogue in training_set.questions]
