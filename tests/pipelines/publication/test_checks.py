import numpy as np
import pytest
from scipy import sparse

from infra.stores.generation_layout import Content
from models.id_map import IdMap
from models.recommender import TopLists
from pipelines.publication.checks import check_counts, check_faults, check_learned, count_faults

CATALOGUE = IdMap([1, 2, 3, 4])


def failures(*rows, scores=None, hidden=((0, 0, 0, 0), (1, 0, 0, 0))):
    """Check two lists of up to three movies; the second must not hold movie 1."""
    movie_ids = np.array(rows)
    scores = np.ones(movie_ids.shape, np.float32) if scores is None else np.array(scores, np.float32)
    hidden = sparse.csr_array(np.array(hidden))
    faults = count_faults(Content.USER_LISTS, TopLists(movie_ids, scores), hidden, CATALOGUE)
    return {check.expectation: check.figure for check in check_faults("any", faults) if not check.passed}


def test_good_lists_pass():
    assert failures([1, 2, 3], [2, 3, 4]) == {}


def test_a_list_that_is_missing_or_too_short_fails():
    assert failures([-1, -1, -1], [2, 3, -1]) == {"lists missing or too short": 2}


def test_a_list_may_be_short_when_the_catalogue_has_no_more_for_it():
    assert failures([1, 2, 3], [4, -1, -1], hidden=[(0, 0, 0, 0), (1, 1, 1, 0)]) == {}


def test_an_unknown_movie_fails():
    assert failures([1, 2, 99], [2, 3, 98]) == {"unknown movies": 2}


def test_padding_in_front_of_a_movie_fails():
    assert "unknown movies" in failures([1, -1, 3], [2, 3, 4])


def test_a_repeated_movie_fails():
    assert failures([1, 2, 1], [3, 3, 3]) == {"movies repeated in a list": 3}


def test_a_movie_the_user_has_rated_fails():
    assert failures([1, 2, 3], [2, 1, 3]) == {"movies the user has rated": 1}


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_fails(score):
    assert failures([1, 2, 3], [2, 3, 4], scores=[[3, 2, 1], [2, score, 1]]) == {"scores that are not finite": 1}


def test_the_score_of_padding_does_not_matter():
    hidden = [(0, 0, 0, 0), (1, 1, 0, 0)]

    assert failures([1, 2, 3], [3, 4, -1], scores=[[3, 2, 1], [2, 1, -np.inf]], hidden=hidden) == {}


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_what_a_model_learned_must_be_finite(spoilt):
    arrays = {"user_ids": np.array([1, 2]), "factors": np.array([[1.0, spoilt]], np.float32)}

    check = check_learned("recommender", arrays)

    assert (check.table, check.figure, check.passed) == ("recommender", 1, False)
    assert check_learned("recommender", {**arrays, "factors": np.ones((2, 1), np.float32)}).passed


def test_counts_must_be_what_was_expected():
    checks = check_counts({"movies": 5, "popular": 3}, {"movies": 5, "popular": 4})

    assert [(check.table, check.figure, check.limit, check.passed) for check in checks] == [
        ("movies", 5, "5", True),
        ("popular", 3, "4", False),
    ]
