import numpy as np
import pytest

from models.ials import Ials
from models.id_map import IdMap
from models.ratings import Ratings
from pipelines.training.ials_on_cluster import fit_on_cluster
from tests.catalogues import silent
from tests.pipelines.training.tastes import MISSED, MOVIES, USERS, two_tastes

UNRATED = 100


@pytest.fixture
def fit(spark, tmp_path):
    """Fit both: on Spark, and here."""

    def fit(rows, movie_ids, **parameters):
        table = spark.createDataFrame(rows, "user_id bigint, movie_id bigint, rating float")
        ratings = Ratings.of(*zip(*rows, strict=True), np.zeros(len(rows)), movie_ids)
        there = fit_on_cluster(Ials(**parameters), table, IdMap(movie_ids), str(tmp_path))
        return there, Ials(**parameters).fit(ratings, silent(ratings)), ratings

    return fit


def test_each_user_is_first_shown_the_movie_of_their_taste_they_missed(fit):
    rows = two_tastes(stars=lambda i: 1 + i % 9 / 2)

    there, here, ratings = fit(rows, [*MOVIES, UNRATED], n_factors=2, unobserved_weight=1.0)

    assert there.recommend(USERS, 1, ratings).movie_ids[:, 0].tolist() == MISSED
    assert here.recommend(USERS, 1, ratings).movie_ids[:, 0].tolist() == MISSED
    again = Ials.restore(there.parameters(), there.arrays())
    np.testing.assert_array_equal(again.recommend(USERS, 5, ratings), there.recommend(USERS, 5, ratings))
    assert not there.movie_factors[there.movies.positions(UNRATED)].any()


def test_it_finds_the_scores_of_the_local_model_where_all_ratings_are_alike(fit):
    parameters = {"n_factors": 2, "n_epochs": 20, "regularization": 0.02, "unobserved_weight": 1.0}

    there, here, _ = fit(two_tastes(stars=lambda _: 4.0), MOVIES, **parameters)

    scores = [model.user_factors @ model.movie_factors.T for model in (there, here)]
    assert np.abs(scores[1]).max() > 0.5
    np.testing.assert_allclose(*scores, atol=0.01)
