"""Search the parameters of one model for the best NDCG@10, never looking at the part models are compared by."""

from collections.abc import Sequence
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from infra.errors import UnknownModel
from infra.settings import get_settings
from infra.stores.experiment import Experiment, Night
from models.evaluation import DECIDING_METRIC, evaluate, mean_of
from models.recommender import Recommender
from models.zoo import ZOO
from pipelines.configured import open_features
from pipelines.training.search_spaces import SEARCH_SPACES
from pipelines.training.training_set import Question, read_validation_questions

WARM_UP_TRIALS = 5
"""So many trials answer every question before any is given up."""


def run(
    model: str, n_trials: int, questions: Sequence[Question], study: optuna.Study, experiment: Experiment, night: Night
) -> None:
    """Go on with a study until `n_trials` have ended, each a run below the night's.

    A trial answers one question after the other, and is given up where it falls behind the median of those before. One
    that was cut off does not count: a study goes on where Ctrl-C left it. The defaults of today are tried first, so
    what is found is never worse.
    """
    space, defaults = SEARCH_SPACES[model], ZOO[model]().parameters()
    if not ended(study):
        study.enqueue_trial(defaults)

    def objective(trial: Trial) -> float:
        return _answer(trial, ZOO[model](**{**defaults, **space(trial)}), questions)

    def log(_: optuna.Study, trial: FrozenTrial) -> None:
        figures = {f"question_{step}": figure for step, figure in trial.intermediate_values.items()}
        figures |= {DECIDING_METRIC: trial.values[0]} if trial.state == TrialState.COMPLETE else {}
        tried = ZOO[model](**{**defaults, **trial.params})
        experiment.log_run(night, tried, figures, {"state": trial.state.name}, f"{model} trial {trial.number}")

    if n_left := max(0, n_trials - len(ended(study))):
        study.optimize(objective, n_left, callbacks=[log], show_progress_bar=True)
    experiment.describe(night.run_id, told(model, study))
    print(told(model, study))


def ended(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that answered every question or were given up, in order; none that was cut off."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def told(model: str, study: optuna.Study) -> str:
    """Return the best that was found, beside what the defaults, which are tried first, gave."""
    best, parameters = study.best_trial, ", ".join(f"{name}={value!r}" for name, value in study.best_params.items())
    return (
        f"{study.study_name}: NDCG@10 {best.value:.4f} in trial {best.number} of {len(study.trials)}, "
        f"{ended(study)[0].value:.4f} with the defaults; {model}({parameters})"
    )


def open_study(model: str, day: str, folder: Path, seed: int) -> optuna.Study:
    """Open the study of a model on the snapshot of a day, or go on with the one that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    study = optuna.create_study(
        study_name=f"{model} {day}",
        storage=f"sqlite:///{folder / 'studies.db'}",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=WARM_UP_TRIALS),
        direction="maximize",
        load_if_exists=True,
    )
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))  # going on must not draw the same again
    return study


def main(model: str, n_trials: int, snapshot_date: str | None = None) -> None:
    """Tune on the newest features of the configured lake, or those of a date.

    Raises UnknownModel for a model without a search space.
    """
    if model not in SEARCH_SPACES:
        raise UnknownModel(f"no search space for `{model}`: tune one of {', '.join(SEARCH_SPACES)}")
    settings = get_settings()
    snapshot = open_features(settings, snapshot_date)
    experiment = Experiment(settings.mlflow.address, settings.mlflow.experiment)
    study = open_study(model, str(snapshot.snapshot_date), settings.local.state_dir / "tuning", settings.seed)
    with experiment.night(snapshot.manifest, f"tuning of {model}") as night:
        run(model, n_trials, read_validation_questions(snapshot), study, experiment, night)


def _answer(trial: Trial, recommender: Recommender, questions: Sequence[Question]) -> float:
    """Return the mean NDCG@10 over the questions; raises TrialPruned when it falls behind."""
    means: list[float] = []
    for step, (split, catalogue) in enumerate(questions):
        recommender.fit(split.train, catalogue)
        means.append(mean_of(evaluate(recommender, split, catalogue).deciding))
        trial.report(sum(means) / len(means), step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return sum(means) / len(means)
