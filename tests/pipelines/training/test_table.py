import numpy as np

from pipelines.training.table import as_table
from tests.pipelines.training.trials import tried

ALS = tried("als", np.array([0.1, 0.2, 0.3])).trial
EASE = tried("ease", np.array([0.2, 0.3, 0.4])).trial


def test_the_best_comes_first_and_differences_are_to_the_champion():
    title, _, heads, _, first, second = as_table([ALS, EASE], "by_user", champion=ALS).splitlines()

    assert title == "by_user: 3 users"
    assert heads.split(" | ")[0].strip("| ") == "model"
    assert [cell.strip() for cell in first.strip("|").split("|")][:5] == [
        "ease",
        "0.3000",
        "0.2000 to 0.4000",
        "+0.1000",
        "+0.1000 to +0.1000",
    ]
    assert [cell.strip() for cell in second.strip("|").split("|")][3:] == ["", "", "1.0", "3", "2"]


def test_without_a_champion_differences_are_to_the_best():
    *_, second = as_table([ALS, EASE], "by_user", champion=None).splitlines()

    assert "| als " in second
    assert "-0.1000" in second
