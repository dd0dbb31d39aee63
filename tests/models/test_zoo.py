import re

import pytest

from infra.errors import UnknownModel
from models.zoo import SIMILAR_MOVIES, ZOO, restore


def test_each_model_is_known_by_its_own_name():
    assert sorted(ZOO) == [
        "als",
        "als_catboost",
        "blend",
        "content",
        "ease",
        "ensemble",
        "hybrid",
        "ials",
        "ials_catboost",
        "neighbours",
        "popularity",
        "popularity_all_time",
        "popularity_recent",
        "transitions",
    ]
    assert all(model.name == name for name, model in ZOO.items())


def test_an_unknown_name_is_refused_in_words():
    known = sorted({*ZOO, *SIMILAR_MOVIES})

    with pytest.raises(UnknownModel, match=re.escape(f"no model is called `oracle` here, only {known}")):
        restore("oracle", {}, {})
