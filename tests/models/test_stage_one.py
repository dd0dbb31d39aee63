import numpy as np
import pytest

from models.id_map import IdMap
from models.popularity import Popularity, PopularityAllTime
from models.ratings import Ratings
from models.recommender import TopLists
from models.stage_one import RANK_OFFSET, StageOne, within
from tests.catalogues import silent


class Fixed:
    """Always the same list for everyone."""

    def __init__(self, movie_ids, scores):
        self.list = np.array([movie_ids]), np.array([scores], np.float32)

    def fit(self, *_):
        return self

    def recommend(self, user_ids, *_):
        return TopLists(*(np.repeat(part, len(user_ids), axis=0) for part in self.list))


@pytest.fixture
def nothing():
    return Ratings.of([], [], [], [], catalogue=[1, 2, 3, 4])


@pytest.fixture
def stage_one(nothing):
    models = {"one": Fixed([1, 2, 3], [0.9, 0.8, 0.1]), "other": Fixed([3, 4, 2], [70, 50, 50])}
    return StageOne(models).fit(nothing, silent(nothing))


def test_a_blend_adds_up_reciprocal_ranks(stage_one, nothing):
    blended = stage_one.blend(np.array([7]), 4, nothing)

    assert blended.movie_ids.tolist() == [[3, 2, 1, 4]]
    first, second, third = (1 / (RANK_OFFSET + rank) for rank in (1, 2, 3))
    assert blended.scores[0].tolist() == pytest.approx([first + third, second + second, first, second])


def test_models_lists_come_side_by_side(stage_one, nothing):
    assert [lists.movie_ids.tolist() for lists in stage_one.lists(np.array([7]), 3, nothing)] == [
        [[1, 2, 3]],
        [[3, 4, 2]],
    ]


def test_two_models_of_one_class_are_stored_under_their_own_names():
    ratings = Ratings.of([1, 2, 2], [10, 10, 20], [3.0, 4.0, 5.0], [0, 0, 86_400 * 365])
    fitted = StageOne({"lately": Popularity(30.0), "ever": Popularity(9e9)}).fit(ratings, silent(ratings))

    arrays = fitted.arrays()

    assert within(arrays, "lately")["scores"].argmax() == 1
    assert within(arrays, "ever")["scores"].argmax() == 0


def test_restored_models_are_those_that_were_fitted():
    ratings = Ratings.of([1, 2, 2], [10, 10, 20], [3.0, 4.0, 5.0], [0, 0, 1])
    fitted = StageOne({"ever": PopularityAllTime()}).fit(ratings, silent(ratings))

    restored = StageOne({"ever": PopularityAllTime()}).restore(fitted.arrays())

    assert restored.movies == IdMap([10, 20])
    np.testing.assert_array_equal(*(each.blend(np.array([1]), 2, ratings).movie_ids for each in (fitted, restored)))
