from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread

from models.evaluation import Evaluation
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.training.plots import COLOURS, plot_intervals, plot_metrics, plot_popularity
from pipelines.training.trials import Trial
from tests.catalogues import silent


def colours(picture):
    """Return the colours of a PNG file's pixels, as `#rrggbb`."""
    pixels = (imread(BytesIO(picture))[..., :3] * 255).round().astype(int).reshape(-1, 3)
    return {"#{:02x}{:02x}{:02x}".format(*pixel) for pixel in np.unique(pixels, axis=0)}


def trial(model, ndcg):
    values = np.array(ndcg)
    evaluation = Evaluation("by_user", np.arange(len(values)), {"ndcg_at_10": values}, {}, {"coverage_at_10": 0.5})
    return Trial(model, (evaluation,), fit_seconds=1.0, users_per_second=10.0, peak_memory_mb=100.0)


@pytest.mark.parametrize("draw", [plot_metrics, lambda trials: plot_intervals(trials, "by_user")])
def test_a_comparison_is_drawn_higher_for_every_model_in_it(draw):
    two = [trial("popularity", [0.1, 0.2, 0.3]), trial("als", [0.2, 0.3, 0.5])]
    three = [*two, trial("ease", [float("nan")] * 3)]

    pictures = [imread(BytesIO(draw(trials))) for trials in (two, three)]

    assert pictures[0].shape[0] < pictures[1].shape[0]
    assert all(COLOURS[0] in colours(draw(trials)) for trials in (two, three))


def test_the_popularity_of_lists_is_drawn_beside_the_catalogue():
    ratings = Ratings.of([7, 7, 8], [1, 2, 2], [4.0, 4.0, 4.0], [0, 0, 0], catalogue=[3])

    picture = plot_popularity([Popularity().fit(ratings, silent(ratings))], ratings.users.ids, ratings)

    assert {COLOURS[0], "#000000"} < colours(picture)
