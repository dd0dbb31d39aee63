"""Models tried on the same splits, and which of them came out best."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from infra.errors import ModelRefused
from models.catalogue import Catalogue
from models.evaluation import Evaluation, evaluate
from models.recommender import Recommender
from models.splits import DECIDING_USERS, Split

DECIDING_METRIC = "ndcg_at_10"


@dataclass(frozen=True)
class Trial:
    """A model, its evaluation on each split, and how long fitting it to all of them took."""

    model: Recommender
    evaluations: tuple[Evaluation, ...]
    fit_seconds: float

    def figures(self) -> dict[str, float]:
        """Return every figure by name, such as `by_user/ndcg_at_10` and `by_time/n_users`."""
        return {"fit_seconds": self.fit_seconds} | {
            f"{evaluation.split}/{name}": figure
            for evaluation in self.evaluations
            for name, figure in {"n_users": evaluation.n_users, **evaluation.means}.items()
        }


def hold_trial(model: Recommender, splits: Sequence[Split], catalogue: Catalogue) -> Trial:
    """Fit a model to the training part of each split, and measure its lists against what came after."""
    began, fit_seconds, evaluations = time.perf_counter(), 0.0, []
    for split in splits:
        fit_began = time.perf_counter()
        model.fit(split.train, catalogue)
        fit_seconds += time.perf_counter() - fit_began
        evaluations.append(evaluate(model, split))
    print(f"{model.name}: compared on {len(splits)} splits in {time.perf_counter() - began:.1f} s")
    return Trial(model, tuple(evaluations), fit_seconds)


def deciding_split(by_user: Split, by_time: Split) -> Split:
    """Return the split by time if at least DECIDING_USERS warm users stand behind it, else the one by user.

    Raises ModelRefused when nobody stands behind that one either.
    """
    if by_time.n_users >= DECIDING_USERS:
        return by_time
    if not by_user.n_users:
        raise ModelRefused(
            "models cannot be compared: no user of this snapshot has the five ratings a comparison needs"
        )
    return by_user


def best_trial(trials: Sequence[Trial], decides: Split) -> Trial:
    """Return the trial with the best mean NDCG@10 on a split, of equals the first.

    Raises ModelRefused when there are no trials.
    """
    if not trials:
        raise ModelRefused("every model was refused (the reasons are above): the champion in force stays")
    return max(trials, key=lambda trial: trial.figures()[f"{decides.name}/{DECIDING_METRIC}"])


def reason(best: Trial, decides: Split, by_time: Split) -> str:
    """Say on what ground a trial is the best."""
    figure = best.figures()[f"{decides.name}/{DECIDING_METRIC}"]
    ground = f"the best NDCG@10, {figure:.4f}, on the split {decides.name} of {decides.n_users:,} users"
    if decides is by_time:
        return ground
    return f"{ground}; by_time has {by_time.n_users:,} warm users and decides from {DECIDING_USERS:,}"


def as_table(trials: Sequence[Trial]) -> str:
    """Return every metric of every model on every split, and how many users are behind it, as a Markdown table."""
    metrics = list(trials[0].evaluations[0].means)
    rows = [["split", "users", "model", *(metric.replace("_at_", "@") for metric in metrics)]]
    for evaluations in zip(*(trial.evaluations for trial in trials), strict=True):
        for evaluation in evaluations:
            figures = [f"{evaluation.means[metric]:.4f}" for metric in metrics]
            rows.append([evaluation.split, f"{evaluation.n_users:,}", evaluation.model, *figures])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)
