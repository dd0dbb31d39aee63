from io import BytesIO

import numpy as np
from matplotlib.image import imread

from models.evaluation import Evaluation
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.model_plots import COLOURS, plot_metrics, plot_popularity
from tests.catalogues import silent


def colours(picture):
    """Return the colours of a PNG file's pixels, as `#rrggbb`."""
    pixels = (imread(BytesIO(picture))[..., :3] * 255).round().astype(int).reshape(-1, 3)
    return {"#{:02x}{:02x}{:02x}".format(*pixel) for pixel in np.unique(pixels, axis=0)}


def test_the_metrics_of_two_models_are_drawn_in_two_colours_even_where_nothing_was_measured():
    def evaluation(model, split, figure):
        return Evaluation(model, split, 3, {"ndcg_at_10": figure, "mrr": figure}, np.array([]), {})

    picture = plot_metrics(
        [
            [evaluation("popularity", "by_user", 0.1), evaluation("als", "by_user", 0.2)],
            [evaluation("popularity", "by_time", float("nan")), evaluation("als", "by_time", float("nan"))],
        ]
    )

    assert {COLOURS[0], COLOURS[1]} < colours(picture)


def test_the_popularity_of_lists_is_drawn_beside_the_catalogue():
    ratings = Ratings.of([7, 7, 8], [1, 2, 2], [4.0, 4.0, 4.0], [0, 0, 0], catalogue=[3])

    picture = plot_popularity([Popularity().fit(ratings, silent(ratings))], ratings.users.ids, ratings)

    assert {COLOURS[0], "#000000"} < colours(picture)
