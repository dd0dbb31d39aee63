import numpy as np
import pytest
from scipy import sparse

from models.candidates import Candidates, best_first, calibrate, chosen, gather, ranks_of, recall_ceiling
from models.id_map import IdMap
from models.recommender import NO_MOVIE, TopLists, empty_lists

MOVIES = IdMap([10, 20, 30, 40])
NAN = np.nan


def lists(*rows, n=3):
    """Rows of (movie_id, score), padded to `n`."""
    made = empty_lists(len(rows), n)
    for row, pairs in enumerate(rows):
        for place, (movie_id, score) in enumerate(pairs):
            made.movie_ids[row, place], made.scores[row, place] = movie_id, score
    return made


@pytest.fixture
def first():
    return lists([(30, 5), (10, 3), (40, 1)], [])


@pytest.fixture
def second():
    return lists([(10, 9), (20, 8)], [(40, 2)])


def pairs(candidates):
    return list(zip(candidates.row.tolist(), MOVIES.ids[candidates.movie].tolist(), strict=True))


def test_candidates_are_what_any_model_lists_each_once(first, second):
    assert pairs(gather([first, second], MOVIES, 3)) == [(0, 10), (0, 20), (0, 30), (0, 40), (1, 40)]


def test_only_the_first_n_of_a_list_are_proposed(first, second):
    assert pairs(gather([first, second], MOVIES, 1)) == [(0, 10), (0, 30), (1, 40)]


def test_a_model_ranks_what_others_propose_too_as_far_as_its_list_goes(first, second):
    ranks = gather([first, second], MOVIES, 1).ranks

    np.testing.assert_array_equal(ranks, [[2, 1, NAN], [1, NAN, 1]])


def test_scores_go_with_their_pairs(first, second):
    scores = gather([first, second], MOVIES, 3).scores

    step = np.sqrt(3 / 2)
    np.testing.assert_allclose(scores, [[0, NAN, step, -step, NAN], [1, -1, NAN, NAN, 0]])


def test_calibrated_scores_do_not_depend_on_a_models_or_a_users_scale():
    own = np.array([[4, 2, 1], [400, 200, 100], [-1, -3, -4]], np.float32)

    calibrated = calibrate(own)

    np.testing.assert_allclose(calibrated, np.broadcast_to(calibrated[0], (3, 3)), rtol=1e-5)


def test_padding_has_no_calibrated_score_and_equal_scores_are_zero():
    np.testing.assert_array_equal(calibrate(np.array([[7, 7, -np.inf]], np.float32)), [[0, 0, NAN]])


def test_equal_scores_share_the_best_rank():
    assert ranks_of(np.array([[5, 5, 3, 3, 3, 1], [9, 8, 7, 6, 5, 4]])).tolist() == [
        [1, 1, 3, 3, 3, 6],
        [1, 2, 3, 4, 5, 6],
    ]


@pytest.fixture
def three_pairs():
    nothing = np.empty((0, 3), np.float32)
    return Candidates(np.array([0, 0, 2]), np.array([1, 3, 0]), nothing, nothing)


def entries(*pairs):
    rows, columns = zip(*pairs, strict=True)
    return sparse.csr_array((np.ones(len(pairs)), (rows, columns)), shape=(3, 4))


def test_chosen_are_the_candidates_that_were_rated_later(three_pairs):
    assert chosen(three_pairs, entries((0, 3), (0, 0), (2, 0), (1, 1))).tolist() == [False, True, True]


def test_the_ceiling_is_the_share_of_later_ratings_among_the_candidates(three_pairs):
    assert recall_ceiling(three_pairs, entries((0, 3), (0, 0), (2, 0), (1, 1))) == 0.5
    assert np.isnan(recall_ceiling(three_pairs, sparse.csr_array((3, 4))))


def test_the_best_candidates_of_each_user_come_first_ties_by_movie():
    nothing = np.empty((0, 4), np.float32)
    candidates = Candidates(np.array([0, 0, 0, 2]), np.array([0, 1, 3, 2]), nothing, nothing)

    best = best_first(candidates, np.array([1, 1, 2, 5], np.float32), 3, 2, MOVIES.ids)

    assert best.movie_ids.tolist() == [[40, 10], [NO_MOVIE, NO_MOVIE], [30, NO_MOVIE]]
    assert best.scores.tolist() == [[2, 1], [-np.inf, -np.inf], [5, -np.inf]]


def test_lists_of_nobody_make_no_candidates():
    nobody = TopLists(np.empty((0, 3), np.int64), np.empty((0, 3), np.float32))

    assert pairs(gather([nobody, nobody], MOVIES, 2)) == []
