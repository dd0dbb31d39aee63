import numpy as np
import pytest

from infra.errors import ModelRefused
from models.evaluation import Evaluation
from models.popularity import Popularity
from models.ratings import Ratings
from models.splits import Split, split_by_user
from pipelines.model_comparison import Trial, as_table, best_trial, deciding_split, hold_trial, reason
from tests.catalogues import silent

NOTHING = Ratings.of([], [], [], [])


def split(name, n_users):
    return Split(name, NOTHING, NOTHING, n_users)


def trial(name, by_user, by_time=0.0):
    class Named(Popularity):
        pass

    Named.name = name
    return Trial(
        Named(),
        tuple(
            Evaluation(name, split_name, n_users, {"ndcg_at_10": figure, "mrr": 0.5}, np.array([]), {})
            for split_name, n_users, figure in [("by_user", 610, by_user), ("by_time", 28, by_time)]
        ),
        fit_seconds=1.5,
    )


@pytest.mark.parametrize(("n_warm", "decides"), [(299, "by_user"), (300, "by_time")])
def test_the_split_by_time_decides_from_three_hundred_warm_users(n_warm, decides):
    assert deciding_split(split("by_user", 610), split("by_time", n_warm)).name == decides


def test_without_a_user_to_compare_on_nothing_is_decided():
    with pytest.raises(ModelRefused, match="cannot be compared"):
        deciding_split(split("by_user", 0), split("by_time", 0))


def test_the_best_is_best_on_the_deciding_split_whatever_the_other_says():
    trials = [trial("popularity", by_user=0.08, by_time=0.21), trial("als", by_user=0.13, by_time=0.14)]

    assert best_trial(trials, split("by_user", 610)).model.name == "als"
    assert best_trial(trials, split("by_time", 300)).model.name == "popularity"


def test_of_equals_the_first_is_the_best():
    assert best_trial([trial("popularity", 0.1), trial("als", 0.1)], split("by_user", 610)).model.name == "popularity"


def test_the_reason_tells_how_few_warm_users_a_silent_split_has():
    by_user, by_time = split("by_user", 610), split("by_time", 28)

    assert reason(trial("als", 0.1267), by_user, by_time) == (
        "the best NDCG@10, 0.1267, on the split by_user of 610 users; by_time has 28 warm users and decides from 300"
    )


def test_the_reason_of_the_split_by_time_is_all_there_is_to_say():
    by_time = split("by_time", 1200)

    assert reason(trial("als", 0.1, by_time=0.2), by_time, by_time) == (
        "the best NDCG@10, 0.2000, on the split by_time of 1,200 users"
    )


def test_the_table_has_a_row_for_every_split_and_model():
    assert as_table([trial("popularity", 0.08, 0.21), trial("als", 0.13, 0.14)]).splitlines() == [
        "| split   | users | model      | ndcg@10 | mrr    |",
        "| ------- | ----- | ---------- | ------- | ------ |",
        "| by_user | 610   | popularity | 0.0800  | 0.5000 |",
        "| by_user | 610   | als        | 0.1300  | 0.5000 |",
        "| by_time | 28    | popularity | 0.2100  | 0.5000 |",
        "| by_time | 28    | als        | 0.1400  | 0.5000 |",
    ]


def test_a_trial_measures_what_was_learned_before_against_what_came_after():
    ratings = Ratings.of([1] * 5 + [2] * 5, [10, 20, 30, 40, 50] * 2, [4.0] * 10, list(range(5)) * 2)

    figures = hold_trial(Popularity(), [split_by_user(ratings)], silent(ratings)).figures()

    assert figures["by_user/n_users"] == 2
    assert figures["by_user/ndcg_at_10"] == 1.0  # the one movie left is the one they rated last
    assert figures["fit_seconds"] > 0
