"""`python -m tests.stack.cluster_training <lake>`: let `ials` learn as if this machine had no memory left.

Prints to which part of the people it then shows first the one movie of their taste that they missed.
"""

import sys

import numpy as np

from infra.settings import LakeSettings, get_settings
from models.ials import Ials
from models.ratings import Ratings
from pipelines.training import engines
from tests.catalogues import silent
from tests.pipelines.training.tastes import MISSED, MOVIES, USERS, two_tastes


def main() -> None:
    """Learn on the cluster that is configured, and list."""
    rows = two_tastes(stars=lambda i: 1 + i % 9 / 2)
    ratings = Ratings.of(*zip(*rows, strict=True), np.zeros(len(rows)), MOVIES)
    model = Ials(n_factors=2, n_epochs=4, unobserved_weight=1.0)
    engines.free_memory = lambda: 0
    engines.where_configured(get_settings().spark, LakeSettings(root=sys.argv[1]))(model, ratings, silent(ratings))
    print(np.mean(model.recommend(USERS, 1, ratings).movie_ids[:, 0] == MISSED))


if __name__ == "__main__":
    main()
