"""Registered versions to decide about, without a night that trains them."""

from infra.stores.experiment import Experiment
from infra.stores.manifest import Check, Manifest
from infra.stores.registry import RECOMMENDER, ModelRegistry
from models.popularity import Popularity
from models.ratings import Ratings
from tests.catalogues import silent


def keep(registry: ModelRegistry, experiment: Experiment, half_life_days: float, is_sound: bool = True) -> int:
    """Register a popularity that learned from a snapshot, sound or refused, and return its version."""
    ratings = Ratings.of([1, 1, 2], [10, 20, 20], [4.0, 4.0, 4.0], [0, 1, 2])
    model = Popularity(half_life_days).fit(ratings, silent(ratings))
    checks = [Check("ratings", "rows", 3, ">= 1", passed=is_sound)]
    with experiment.night(Manifest("features", "2026-11-20", "one", "abc", {}, {}, checks)) as night:
        run_id = experiment.log_run(night, model, {}, {"newest_rating": "2"})
    return registry.register(RECOMMENDER, run_id, model)
