"""What a model's lists are worth on ratings it has not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import metrics
from models.recommender import Recommender
from models.splits import Split


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model's figures on one split.

    `per_user` maps a metric to its float64 values for `user_ids` (n_users), the users with test ratings, ascending.
    `means` maps the same metrics to their means, and coverage_at_10 and novelty_at_10 to the value for all lists.
    """

    model: str
    split: str
    n_users: int
    means: dict[str, float]
    user_ids: NDArray[np.int64]
    per_user: dict[str, NDArray[np.float64]]


def evaluate(recommender: Recommender, split: Split, n: int = 100) -> Evaluation:
    """Compare lists of `n` with the test ratings; `recommender` has been fitted on `split.train`.

    The whole catalogue but what `train` shows is ranked, never a sample, and each test rating is a hit worth finding,
    whatever its stars. Means are NaN for a split without users.
    """
    n_relevant = np.bincount(split.test.user_index, minlength=len(split.test.users))
    user_ids, n_relevant = split.test.users.ids[n_relevant > 0], n_relevant[n_relevant > 0]
    movie_ids = recommender.recommend(user_ids, n, split.train).movie_ids
    hits = metrics.find_hits(user_ids, movie_ids, split.test)
    per_user = {
        "ndcg_at_10": metrics.ndcg(hits, n_relevant, 10),
        "recall_at_20": metrics.recall(hits, n_relevant, 20),
        "map_at_10": metrics.average_precision(hits, n_relevant, 10),
        "mrr": metrics.reciprocal_rank(hits, n_relevant),
        "hit_rate_at_10": metrics.hit_rate(hits, n_relevant, 10),
    }
    means = {name: _mean(values) for name, values in per_user.items()}
    means["coverage_at_10"] = metrics.coverage(movie_ids, len(split.train.movies), 10)
    means["novelty_at_10"] = metrics.novelty(movie_ids, split.train, 10)
    return Evaluation(recommender.name, split.name, len(user_ids), means, user_ids, per_user)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")
