"""What a model showed when it was asked."""

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

import numpy as np

from infra.meter import peak_memory
from models.evaluation import Evaluation, evaluate, mean_of, pooled
from models.recommender import Lister, Model
from models.two_stage import TwoStage
from pipelines.training.engines import Fit, fit_here
from pipelines.training.training_set import Question


@dataclass(frozen=True)
class Trial:
    """A model's evaluation on each split, and what it took; `model` is the title of the contestant it was.

    `fit_seconds` is the mean of its fits, `users_per_second` how many lists it made, and `peak_memory_mb` the most
    resident memory its process has had, libraries and the ratings included.
    """

    model: str
    evaluations: tuple[Evaluation, ...]
    fit_seconds: float
    users_per_second: float
    peak_memory_mb: float

    def on(self, split: str) -> Evaluation:
        """Return the evaluation on the split of that name."""
        return next(evaluation for evaluation in self.evaluations if evaluation.split == split)

    def figures(self) -> dict[str, float]:
        """Return every figure by name, such as `by_user/ndcg_at_10`, `by_time/n_users` and `by_user/new_users`."""
        cost = {
            "fit_seconds": self.fit_seconds,
            "users_per_second": self.users_per_second,
            "peak_memory_mb": self.peak_memory_mb,
        }
        return cost | {
            f"{evaluation.split}/{name}": figure
            for evaluation in self.evaluations
            for name, figure in {
                "n_users": evaluation.n_users,
                **evaluation.means,
                **{name: mean_of(values) for name, values in evaluation.slices.items()},
            }.items()
            if np.isfinite(figure)
        }

    def to_bytes(self) -> bytes:
        """Return all of it as one file; `from_bytes` takes it back."""
        arrays = {key: array for evaluation in self.evaluations for key, array in evaluation.as_arrays().items()}
        cost = np.array([self.fit_seconds, self.users_per_second, self.peak_memory_mb])
        splits = np.array([evaluation.split for evaluation in self.evaluations])
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, model=np.array(self.model), cost=cost, splits=splits, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the trial that `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = dict(file)
        evaluations = tuple(Evaluation.from_arrays(split, arrays) for split in arrays["splits"].tolist())
        return cls(str(arrays["model"]), evaluations, *map(float, arrays["cost"]))


def hold_trial(
    model: Model,
    title: str,
    questions: Sequence[Question],
    as_recommender: Callable[[Model], Lister],
    fit: Fit = fit_here,
) -> Trial:
    """Fit a model to the training part of each question, and measure its lists against what came after.

    `as_recommender` returns what lists movies for users by the fitted model. Cut-offs of one name are pooled.
    """
    fit_seconds, list_seconds, n_lists, evaluations = 0.0, 0.0, 0, []
    for split, catalogue in questions:
        began = time.perf_counter()
        fit(model, split.train, catalogue)
        fitted = time.perf_counter()
        evaluations.append(evaluate(as_recommender(model), split, catalogue))
        fit_seconds += fitted - began
        list_seconds += time.perf_counter() - fitted
        n_lists += split.n_users
        if isinstance(model, TwoStage):
            evaluations[-1].of_lists["recall_ceiling"] = model.recall_ceiling(split.test, split.train)
    by_split = groupby(evaluations, key=lambda evaluation: evaluation.split)
    return Trial(
        title,
        tuple(pooled(list(of_split)) for _, of_split in by_split),
        fit_seconds / len(questions),
        n_lists / max(list_seconds, 1e-9),
        peak_memory() / 2**20,
    )
