import pytest
from optuna.trial import FixedTrial

from models.zoo import ZOO
from pipelines.training.search_spaces import SEARCH_SPACES


def searched(name):
    """Return a trial of the model's defaults, and what its space made of it."""
    trial = FixedTrial(ZOO[name]().parameters())
    return trial, SEARCH_SPACES[name](trial)


@pytest.mark.parametrize("name", SEARCH_SPACES)
def test_the_defaults_lie_inside_the_bounds_and_on_the_steps(name):
    trial, found = searched(name)

    for parameter, distribution in trial.distributions.items():
        assert distribution.low < found[parameter] < distribution.high, parameter
        if distribution.step is not None:
            assert (found[parameter] - distribution.low) % distribution.step == 0, parameter


@pytest.mark.parametrize("name", SEARCH_SPACES)
def test_a_space_yields_constructor_arguments_under_the_names_they_are_searched_by(name):
    trial, found = searched(name)

    assert found == trial.params
    assert ZOO[name](**found).parameters() == ZOO[name]().parameters()


def test_every_model_that_has_something_to_search_has_a_space():
    assert ZOO.keys() - SEARCH_SPACES.keys() == {"blend", "popularity_all_time"}
    assert SEARCH_SPACES.keys() <= ZOO.keys()
