"""Who learns where; that Spark learns the same model, `test_ials_on_cluster` shows."""

from pathlib import Path

import numpy as np
import pytest

from infra.settings import LakeSettings, SparkSettings
from infra.stores.lake import Lake
from models.ials import Ials
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.training import engines
from pipelines.training.engines import fit_here, fit_where_it_fits, memory_to_fit, where_configured
from tests.catalogues import silent
from tests.pipelines.training.tastes import MISSED, MOVIES, USERS, two_tastes

ROWS = two_tastes(stars=lambda i: 1 + i % 9 / 2)
RATINGS = Ratings.of(*zip(*ROWS, strict=True), np.zeros(len(ROWS)), MOVIES)
PARAMETERS = {"n_factors": 2, "unobserved_weight": 1.0}


@pytest.fixture
def fitted(spark, tmp_path, monkeypatch):
    """Return a model that has learned where so many free bytes let it."""

    def fit(model, n_free):
        monkeypatch.setattr(engines, "free_memory", lambda: n_free)
        monkeypatch.setattr(engines, "ROWS_AT_ONCE", 50)
        spark_settings = SparkSettings(master=spark.sparkContext.master)
        fit_where_it_fits(spark_settings, Lake(str(tmp_path)), model, RATINGS, silent(RATINGS))
        return model

    return fit


def left_over(folder: Path):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_fits_into_memory_learns_here(fitted, capsys):
    model = fitted(Ials(**PARAMETERS), memory_to_fit(Ials(**PARAMETERS), RATINGS))

    here = Ials(**PARAMETERS).fit(RATINGS, silent(RATINGS))
    np.testing.assert_array_equal(model.user_factors, here.user_factors)
    assert capsys.readouterr().out == ""


def test_ials_learns_on_spark_when_memory_is_short_and_leaves_nothing_there(fitted, capsys, tmp_path):
    model = fitted(Ials(**PARAMETERS), memory_to_fit(Ials(**PARAMETERS), RATINGS) - 1)

    here = Ials(**PARAMETERS).fit(RATINGS, silent(RATINGS))
    assert model.recommend(USERS, 1, RATINGS).movie_ids[:, 0].tolist() == MISSED
    assert not np.array_equal(model.user_factors, here.user_factors)
    assert "ials takes 0.0 GB to learn, and 0.0 GB are free: it learns on local" in capsys.readouterr().out
    assert left_over(tmp_path) == []


def test_other_models_learn_here_however_short_memory_is(fitted, capsys):
    model = fitted(Popularity(), 0)

    assert model.recommend(USERS, 1, RATINGS).movie_ids.shape == (20, 1)
    assert capsys.readouterr().out == ""


def test_what_breaks_on_spark_leaves_nothing_there(fitted, monkeypatch, tmp_path):
    def break_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(engines, "fit_on_cluster", break_off)

    with pytest.raises(KeyboardInterrupt):
        fitted(Ials(**PARAMETERS), 0)

    assert left_over(tmp_path) == []


def test_without_a_cluster_everything_learns_here(tmp_path):
    lake = LakeSettings(root=str(tmp_path))

    assert where_configured(SparkSettings(master="local[2]"), lake) is fit_here
    assert where_configured(SparkSettings(master="spark://spark-master:7077"), lake) is not fit_here
