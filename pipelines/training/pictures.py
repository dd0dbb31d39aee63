"""What a person would look at after a night's comparison."""

from collections.abc import Sequence
from typing import Any

from infra.stores.registry import RECOMMENDER, ModelRegistry
from models.evaluation import DECIDING_METRIC
from models.zoo import restore
from pipelines.training.contestants import sample
from pipelines.training.decisions import Tried
from pipelines.training.example_lists import show_lists
from pipelines.training.plots import plot_intervals, plot_metrics, plot_popularity
from pipelines.training.training_set import TrainingSet

SHOWN = 4
"""So many of the best recommenders make lists to be looked at."""


def draw(tried: Sequence[Tried], training_set: TrainingSet, registry: ModelRegistry) -> dict[str, str | bytes]:
    """Return pages and pictures by file name: the comparison, and lists of the best personal recommenders."""
    personal = [each for each in tried if each.contestant.registered_name == RECOMMENDER]
    kept = [(each.trial, each.outcome.version) for each in personal if each.outcome.version is not None]
    best_first = sorted(kept, key=lambda each: -each[0].on(training_set.decides).means[DECIDING_METRIC])
    stored = [registry.load(RECOMMENDER, version) for _, version in best_first[:SHOWN]]
    models: list[Any] = [restore(model.name, model.parameters, model.arrays) for model in stored]
    trials, ratings = [each.trial for each in personal], training_set.ratings
    return {
        "metrics.png": plot_metrics(trials),
        "intervals.png": plot_intervals(trials, training_set.decides),
        "popularity.png": plot_popularity(models, sample(ratings.users.ids), ratings),
        "lists.html": show_lists(models, ratings, training_set.titles),
    }
