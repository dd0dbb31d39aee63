import numpy as np
import pytest

from models.popularity import Popularity
from models.ratings import Ratings
from models.splits import split_by_time, split_by_user
from models.two_stage import AlsCatboost
from pipelines.training.training_set import Question
from pipelines.training.trials import Trial, hold_trial
from tests.catalogues import silent

RATINGS = Ratings.of([1] * 5 + [2] * 5, [10, 20, 30, 40, 50] * 2, [4.0] * 10, list(range(5)) * 2)


def question(split):
    return Question(split, silent(RATINGS))


def itself(model):
    return model


def test_a_trial_measures_what_was_learned_before_against_what_came_after():
    figures = hold_trial(Popularity(), "popularity", [question(split_by_user(RATINGS))], itself).figures()

    assert figures["by_user/n_users"] == 2
    assert figures["by_user/ndcg_at_10"] == 1.0  # the one movie left is the one they rated last
    assert figures["by_user/new_users"] == 1.0
    assert "by_user/heavy_users" not in figures  # nobody is one
    assert figures["peak_memory_mb"] > 20
    assert figures["users_per_second"] > 0


def test_cut_offs_in_time_are_pooled_into_one_evaluation():
    questions = [question(split_by_user(RATINGS)), *[question(split_by_time(RATINGS, cut)) for cut in (0.6, 0.8)]]

    trial = hold_trial(Popularity(), "popularity", questions, itself)

    assert [evaluation.split for evaluation in trial.evaluations] == ["by_user", "by_time"]


class ForNobody:
    """Lists nothing for anyone."""

    def __init__(self, model):
        self.model = model

    def recommend(self, user_ids, n, history):
        return self.model.recommend(user_ids + 1_000, n, history.where(np.zeros(len(history), bool)))._replace(
            movie_ids=np.full((len(user_ids), n), -1)
        )


def test_the_lists_are_those_of_what_the_model_is_asked_through():
    trial = hold_trial(Popularity(), "popularity", [question(split_by_user(RATINGS))], ForNobody)

    assert trial.on("by_user").means["ndcg_at_10"] == 0


def test_a_trial_is_read_back_from_its_file():
    trial = hold_trial(Popularity(), "popularity", [question(split_by_user(RATINGS))], itself)

    again = Trial.from_bytes(trial.to_bytes())

    assert again.figures() == trial.figures()
    assert again.model == "popularity"
    np.testing.assert_array_equal(again.on("by_user").deciding, trial.on("by_user").deciding)


def test_a_split_nobody_was_asked_on_has_no_evaluation():
    trial = hold_trial(Popularity(), "popularity", [question(split_by_user(RATINGS))], itself)

    with pytest.raises(StopIteration):
        trial.on("by_time")


def test_of_two_stages_the_ceiling_is_told_that_no_order_of_the_candidates_can_pass():
    trial = hold_trial(AlsCatboost(n_candidates=1), "als_catboost", [question(split_by_user(RATINGS))], itself)

    assert trial.figures()["by_user/recall_ceiling"] == 1.0  # of five movies each has one left
