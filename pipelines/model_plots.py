"""Pictures of a night's comparison, as PNG files."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.evaluation import Evaluation
from models.ratings import Ratings
from models.recommender import NO_MOVIE, Recommender

COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#9d755d")
LIST_LENGTH = 10


def plot_metrics(comparisons: Sequence[Sequence[Evaluation]]) -> bytes:
    """Draw a row for every split, in it a panel for every metric, in it a bar for every model.

    `comparisons` holds for each split the evaluations of all models.
    """
    metrics = [list(evaluations[0].means) for evaluations in comparisons]
    figure = Figure(figsize=(2 * len(metrics[0]), 2.6 * len(comparisons)), layout="constrained")
    rows = figure.subplots(len(comparisons), len(metrics[0]), squeeze=False)
    for panels, evaluations in zip(rows, comparisons, strict=True):
        panels[0].set_ylabel(f"{evaluations[0].split}\n{evaluations[0].n_users:,} users")
        for panel, metric in zip(panels, evaluations[0].means, strict=True):
            names = [evaluation.model for evaluation in evaluations]
            bars = panel.bar(names, [evaluation.means[metric] for evaluation in evaluations], color=COLOURS)
            panel.bar_label(bars, fmt="%.3g", fontsize=8)
            panel.set_title(metric.replace("_at_", "@"), fontsize=9)
            panel.margins(y=0.2)
            panel.set_yticks([])
            panel.tick_params(axis="x", labelsize=8)
            panel.spines[["top", "left", "right"]].set_visible(False)
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
