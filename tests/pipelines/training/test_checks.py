import numpy as np
import pytest

from infra.errors import ModelRefused
from infra.stores.manifest import Check, Manifest
from models.popularity import Popularity
from models.ratings import Ratings
from models.recommender import empty_lists
from pipelines.training.checks import check_scores, check_snapshot, check_stored, register_checked
from tests.catalogues import silent

RATINGS = Ratings.of([1, 1, 2], [10, 20, 20], [4.0, 4.0, 4.0], [0, 1, 2], catalogue=[30])

SOUND = Manifest("features", "2026-11-20", "one", "abc", {}, {}, [Check("ratings", "rows", 3, ">= 1", passed=True)])


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
def keep(registry, experiment):
    """Fit a model, and register it with its lists checked."""

    def keep_model(model):
        with experiment.night(SOUND) as night:
            run_id = experiment.log_run(night, model.fit(RATINGS, silent(RATINGS)), {})
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


def test_a_model_that_learned_something_that_is_no_number_is_refused_unregistered(keep, client):
    with pytest.raises(ModelRefused, match="popularity: of the numbers in `scores`, 1 are not finite"):
        keep(Unhinged())

    assert client.search_registered_models() == []


def test_lists_with_a_score_that_is_no_number_are_refused():
    lists = empty_lists(2, 3)
    lists.movie_ids[0, 0], lists.scores[0, 0] = 10, np.nan

    with pytest.raises(ModelRefused, match="als: of the scores in its lists, 1 are not finite"):
        check_scores("als", lists)


def test_a_model_that_lists_nothing_for_anyone_is_refused():
    with pytest.raises(ModelRefused, match="als: every list is empty"):
        check_scores("als", empty_lists(2, 3))


def test_a_stored_version_is_refused_from_when_it_holds_something_that_is_no_number(keep, registry):
    stored = registry.load("recommender", keep(Popularity()))
    check_stored(registry, stored)

    stored.arrays["scores"][0] = np.nan

    with pytest.raises(ModelRefused, match="of the numbers in `scores`, 1 are not finite"):
        check_stored(registry, stored)


def test_a_stored_version_that_does_not_load_is_refused(keep, registry):
    stored = registry.load("recommender", keep(Popularity()))

    del stored.arrays["scores"]

    with pytest.raises(ModelRefused, match="popularity: version 1 does not load"):
        check_stored(registry, stored)


def test_what_learned_from_a_refused_snapshot_is_refused():
    failed = Check("ratings", "highest rating", 6.0, "<= 5", passed=False)
    refused = Manifest("features", "2026-11-20", "one", "abc", {}, {}, [*SOUND.checks, failed])

    with pytest.raises(ModelRefused, match="als: the snapshot of 2026-11-20 failed its checks: ratings: highest"):
        check_snapshot("als", refused)
