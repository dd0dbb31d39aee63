import pytest

from infra.errors import UnknownModel
from models.zoo import ZOO, restore


def test_each_model_is_known_by_its_own_name():
    assert {name: model.name for name, model in ZOO.items()} == {"popularity": "popularity", "als": "als"}


def test_an_unknown_name_is_refused_in_words():
    with pytest.raises(
        UnknownModel, match=r"no model is called `oracle` here, only \['als', 'likeness', 'popularity'\]"
    ):
        restore("oracle", {}, {})
