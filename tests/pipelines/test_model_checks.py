import numpy as np
import pytest
from mlflow import MlflowClient

from infra.errors import ModelRefused
from infra.stores.manifest import Manifest
from infra.stores.registry import ModelRegistry
from models.popularity import Popularity
from models.ratings import Ratings
from models.recommender import empty_lists
from pipelines.model_checks import check_scores, register_checked
from tests.catalogues import silent

RATINGS = Ratings.of([1, 1, 2], [10, 20, 20], [4.0, 4.0, 4.0], [0, 1, 2], catalogue=[30])


class Unhinged(Popularity):
    """A model with a score that is no number."""

    def arrays(self):
        return {**super().arrays(), "scores": np.array([1.0, 2.0, np.inf])}


class Forgetful(Popularity):
    """A model that tells the registry something else than what it ranks by."""

    def arrays(self):
        return {**super().arrays(), "scores": self.scores[::-1]}


class Partial(Popularity):
    """A model that keeps half of what it needs."""

    def arrays(self):
        return {"movie_ids": self.movies.ids}


class Unheard(Popularity):
    """A model the zoo does not know."""

    name = "unheard"


@pytest.fixture
def keep(mlflow_server):
    """Fit a model, and register it with its lists checked."""
    registry = ModelRegistry(mlflow_server.address, mlflow_server.experiment)

    def keep_model(model):
        with registry.night(Manifest("features", "2026-11-20", "one", "abc", {}, {})) as night:
            run_id = registry.log_run(night, model.fit(RATINGS, silent(RATINGS)), {})
        return register_checked(
            registry, "recommender", run_id, model, lambda any_model: any_model.recommend(np.array([1, 2]), 2, RATINGS)
        )

    return keep_model


def test_a_model_that_comes_back_as_it_was_has_a_version(keep):
    assert keep(Popularity()) == 1


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (Forgetful(), "popularity: version 1 of `recommender` makes other lists"),
        (Partial(), "popularity: version 1 of `recommender` does not load: KeyError"),
        (Unheard(), "unheard: version 1 of `recommender` does not load: UnknownModel"),
    ],
)
def test_a_model_that_comes_back_otherwise_is_refused(keep, model, told):
    with pytest.raises(ModelRefused, match=told):
        keep(model)


def test_a_model_that_learned_something_that_is_no_number_is_refused_unregistered(keep, mlflow_server):
    with pytest.raises(ModelRefused, match="popularity: of the numbers in `scores`, 1 are not finite"):
        keep(Unhinged())

    assert MlflowClient(mlflow_server.address).search_registered_models() == []


def test_lists_with_a_score_that_is_no_number_are_refused():
    lists = empty_lists(2, 3)
    lists.movie_ids[0, 0], lists.scores[0, 0] = 10, np.nan

    with pytest.raises(ModelRefused, match="als: of the scores in its lists, 1 are not finite"):
        check_scores("als", lists)


def test_a_model_that_lists_nothing_for_anyone_is_refused():
    with pytest.raises(ModelRefused, match="als: every list is empty"):
        check_scores("als", empty_lists(2, 3))
