import numpy as np
import pytest
from scipy import sparse

from models.fallback import Ranking, append, fill, lengths, only_itself
from models.id_map import IdMap
from models.recommender import TopLists, empty_lists

NOTHING_HIDDEN = np.zeros((1, 4))


def lists(*rows):
    """Rows of (movie_id, score), padded to three."""
    made = empty_lists(len(rows), 3)
    for row, pairs in enumerate(rows):
        for place, (movie_id, score) in enumerate(pairs):
            made.movie_ids[row, place], made.scores[row, place] = movie_id, score
    return made


@pytest.fixture
def ranking():
    """40, 10, 30, 20 in that order."""
    return Ranking.of([40, 30, 20, 10], [4.0, 2.0, 1.0, 3.0])


def test_a_ranking_keeps_each_score_with_its_movie(ranking):
    assert ranking.movies.ids.tolist() == [10, 20, 30, 40]
    assert ranking.scores.tolist() == [3.0, 1.0, 2.0, 4.0]


def test_an_empty_list_becomes_the_head_of_the_ranking(ranking):
    filled = fill(lists([]), ranking, sparse.csr_array(NOTHING_HIDDEN))

    assert filled.movie_ids.tolist() == [[40, 10, 30]]
    assert filled.scores.tolist() == [[4.0, 3.0, 2.0]]


def test_what_a_model_said_stays_in_front_and_is_not_repeated(ranking):
    filled = fill(lists([(10, 0.2)]), ranking, sparse.csr_array(NOTHING_HIDDEN))

    assert filled.movie_ids.tolist() == [[10, 40, 30]]
    assert filled.scores[0].tolist() == pytest.approx([0.2, 4.0, 2.0])


def test_a_hidden_movie_is_not_added(ranking):
    hidden = sparse.csr_array(np.array([[0, 0, 0, 1]]))  # the fourth id is 40

    assert fill(lists([]), ranking, hidden).movie_ids.tolist() == [[10, 30, 20]]


def test_a_list_stays_short_when_nothing_is_left(ranking):
    hidden = sparse.csr_array(np.array([[1, 0, 0, 1]]))

    filled = fill(lists([(20, 0.7)]), ranking, hidden)

    assert filled.movie_ids.tolist() == [[20, 30, -1]]
    assert filled.scores[0, 2] == -np.inf


def test_a_full_list_is_left_as_it_is(ranking):
    full = lists([(20, 0.3), (30, 0.2), (10, 0.1)])

    assert fill(full, ranking, sparse.csr_array(NOTHING_HIDDEN)).movie_ids.tolist() == [[20, 30, 10]]


def test_every_row_is_filled_on_its_own(ranking):
    hidden = sparse.csr_array(np.array([[0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 0]]))

    filled = fill(lists([], [(30, 9.0), (20, 8.0), (10, 7.0)], [(40, 9.0)]), ranking, hidden)

    assert filled.movie_ids.tolist() == [[40, 10, 30], [30, 20, 10], [40, 30, -1]]


def test_a_movie_the_ranking_does_not_know_may_stand_in_front(ranking):
    assert fill(lists([(99, 0.5)]), ranking, sparse.csr_array(NOTHING_HIDDEN)).movie_ids.tolist() == [[99, 40, 10]]


def test_the_lists_given_are_not_changed(ranking):
    given = lists([(10, 0.2)])

    fill(given, ranking, sparse.csr_array(NOTHING_HIDDEN))

    assert given.movie_ids.tolist() == [[10, -1, -1]]


def test_lengths_do_not_count_padding():
    assert lengths(TopLists(np.array([[5, -1], [5, 6], [-1, -1]]), np.zeros((3, 2), np.float32))).tolist() == [1, 2, 0]


def test_only_itself_marks_the_row_s_own_movie_and_nothing_for_one_that_is_not_there():
    marked = only_itself(np.array([30, 99, 10]), IdMap([10, 30]))

    assert marked.toarray().tolist() == [[0, 1], [0, 0], [1, 0]]


def test_appended_movies_keep_their_order_and_are_not_repeated():
    appended = append(lists([(30, 0.7)], []), lists([(10, 9.0), (30, 8.0), (20, 7.0)], [(10, 9.0), (20, 3.0)]))

    assert appended.movie_ids.tolist() == [[30, 10, 20], [10, 20, -1]]


def test_scores_of_appended_movies_count_down_by_rank_from_the_last_held():
    appended = append(lists([(30, -0.5)], []), lists([(10, 9.0), (20, 9.0)], [(10, 9.0), (20, 3.0)]))

    assert appended.scores.tolist() == [[-0.5, -2.0, -2.0], [-1.0, -2.0, -np.inf]]


def test_nothing_is_appended_to_a_full_list():
    full = lists([(10, 3.0), (20, 2.0), (30, 1.0)])

    np.testing.assert_array_equal(append(full, lists([(40, 9.0)])).movie_ids, full.movie_ids)
