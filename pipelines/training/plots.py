"""Pictures of a night's comparison, as PNG files."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.bootstrap import intervals
from models.evaluation import DECIDING_METRIC
from models.ratings import Ratings
from models.recommender import NO_MOVIE, Recommender
from pipelines.training.trials import Trial

COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9d755d")
LIST_LENGTH = 10


def plot_metrics(trials: Sequence[Trial]) -> bytes:
    """Draw a row for every split, in it a panel for every metric, in it a bar for every model."""
    splits = [evaluation.split for evaluation in trials[0].evaluations]
    metrics = list(trials[0].evaluations[0].means)
    figure = Figure(figsize=(2.2 * len(metrics), (1 + 0.25 * len(trials)) * len(splits)), layout="constrained")
    rows = figure.subplots(len(splits), len(metrics), squeeze=False, sharey=True)
    names = [trial.model for trial in reversed(trials)]
    for panels, split in zip(rows, splits, strict=True):
        panels[0].set_ylabel(f"{split}\n{trials[0].on(split).n_users:,} users")
        for panel, metric in zip(panels, metrics, strict=True):
            bars = panel.barh(names, [trial.on(split).means[metric] for trial in reversed(trials)], color=COLOURS[0])
            panel.bar_label(bars, fmt="%.3g", fontsize=7, padding=2)
            panel.set_title(metric.replace("_at_", "@"), fontsize=9)
            panel.margins(x=0.3)
            panel.set_xticks([])
            panel.tick_params(axis="y", labelsize=8, length=0)
            panel.spines[["top", "right", "bottom"]].set_visible(False)
    return _png(figure)


def plot_intervals(trials: Sequence[Trial], split: str) -> bytes:
    """Draw each model's mean NDCG@10 on a split with its bootstrap interval, the best at the top."""
    best_last = sorted(trials, key=lambda trial: trial.on(split).means[DECIDING_METRIC])
    bounds = [intervals(trial.on(split).deciding[:, None])[0] for trial in best_last]
    means = [bound.mean for bound in bounds]
    reach = [[bound.mean - bound.low for bound in bounds], [bound.high - bound.mean for bound in bounds]]
    figure = Figure(figsize=(8, 1.2 + 0.3 * len(trials)), layout="constrained")
    panel = figure.subplots()
    panel.errorbar(means, [trial.model for trial in best_last], xerr=reach, fmt="o", color=COLOURS[0], capsize=3)
    panel.set_title(f"NDCG@10 {split}, {trials[0].on(split).n_users:,} users, with 95 % intervals")
    panel.grid(axis="x", alpha=0.3)
    panel.spines[["top", "right"]].set_visible(False)
    return _png(figure)


def plot_popularity(models: Sequence[Recommender], user_ids: NDArray[np.int64], ratings: Ratings) -> bytes:
    """Draw how often rated the movies are that models recommend, against the catalogue, as cumulative shares."""
    n_ratings = np.bincount(ratings.movie_index, minlength=len(ratings.movies))
    figure = Figure(figsize=(8, 5), layout="constrained")
    panel = figure.subplots()
    panel.ecdf(n_ratings, color="black", linestyle=":", label="the catalogue")
    panel.ecdf(n_ratings, n_ratings, color="black", linestyle="--", label="what people rated")
    for model, colour in zip(models, COLOURS, strict=False):
        movie_ids = model.recommend(user_ids, LIST_LENGTH, ratings).movie_ids
        listed = n_ratings[ratings.movies.positions(movie_ids[movie_ids != NO_MOVIE])]
        panel.ecdf(listed, color=colour, label=f"recommended by {model.name}")
    panel.set_xscale("symlog", linthresh=1)
    panel.set_xlim(left=0)
    panel.set_xlabel("ratings of a movie")
    panel.set_ylabel("share of movies with at most so many")
    panel.set_title("How often rated the recommended movies are")
    panel.legend(loc="upper left")
    return _png(figure)


def _png(figure: Figure) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()
