"""Trials typed out user by user, for tests of what is made of them."""

from collections.abc import Sequence

import numpy as np

from models.evaluation import Evaluation
from pipelines.training.contestants import Contestant, Outcome
from pipelines.training.decisions import Tried
from pipelines.training.trials import Trial


def evaluation(ndcg: Sequence[float], coverage: float = 0.5, **slices: Sequence[float]) -> Evaluation:
    """Return an evaluation by user of so many users, none of them heavy; slices are values for the same users."""
    given = {"heavy_users": np.full(len(ndcg), np.nan), **slices}
    values = {name: np.array(each, float) for name, each in given.items()}
    per_user = {"ndcg_at_10": np.array(ndcg, float)}
    return Evaluation("by_user", np.arange(len(ndcg)), per_user, values, {"coverage_at_10": coverage})


def tried(
    model: str, ndcg: Sequence[float], version: int | None = 1, only_until: int | None = None, **parameters: float
) -> Tried:
    """Return a contestant for personal lists with its trial."""
    contestant = Contestant("recommender", model, parameters, only_until)
    trial = Trial(model, (evaluation(ndcg, new_users=ndcg),), fit_seconds=1.0, users_per_second=2.0, peak_memory_mb=3.0)
    return Tried(Outcome(contestant, f"run of {model}", version), trial)
