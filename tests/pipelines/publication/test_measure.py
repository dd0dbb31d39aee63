"""Figures of lists that are typed out: four movies, two genres, two users."""

import numpy as np
import pytest
from scipy import sparse

from infra.tables import GENRES
from pipelines.publication.figures import FIRST, Example, Figures
from pipelines.publication.measure import (
    SideBySide,
    measure,
    segments_of_movies,
    segments_of_users,
    shared,
    traits_of,
)

COMEDY, DRAMA = GENRES.index("Comedy"), GENRES.index("Drama")
TRAITS = traits_of([1, 2, 3, 4], [["Comedy"], ["Drama"], ["Comedy", "Drama"], []], [50, 30, 20, 0])
LIKES_COMEDY, LIKES_DRAMA = [5.0, 0, 0, 0], [0, 4.0, 0, 0]


def rows(*lists):
    return np.array([[*movie_ids, *[-1] * (FIRST - len(movie_ids))] for movie_ids in lists])


def figures(tonight, last_night=([], []), histories=(LIKES_COMEDY, LIKES_DRAMA), ids=(7, 8), silent=(False, False)):
    history = sparse.csr_array(np.array(histories, np.float32))
    lists = SideBySide(
        np.array(ids), rows(*tonight), rows(*last_night), np.array(silent), history, segments_of_users(history)
    )
    return measure(lists, {"unknown movies": 3}, TRAITS)


def test_a_movie_is_split_over_its_genres_and_lies_in_the_band_of_those_rated_as_much():
    assert TRAITS.genres[:, [COMEDY, DRAMA]].tolist() == [[1, 0], [0, 1], [0.5, 0.5], [0, 0]]
    assert TRAITS.band.tolist() == [0, 5, 8, 9]


def test_traits_follow_the_ids_whatever_their_order():
    turned = traits_of([4, 3, 2, 1], [[], ["Comedy", "Drama"], ["Drama"], ["Comedy"]], [0, 20, 30, 50])

    assert np.array_equal(turned.genres, TRAITS.genres)
    assert np.array_equal(turned.band, TRAITS.band)


def test_users_are_new_light_or_heavy_by_what_they_rated_and_movies_head_middle_or_tail():
    history = sparse.csr_array(np.repeat(np.eye(1, 200), 4, axis=0))
    history.indptr = np.array([0, 20, 41, 141, 242])

    assert segments_of_users(history).tolist() == [0, 1, 1, 2]
    assert segments_of_movies(np.array([1, 2, 3, 4]), TRAITS).tolist() == [0, 1, 2, 2]


def test_the_overlap_is_the_share_of_movies_in_both_in_any_order():
    assert shared(rows([1, 2, 3], [1, 2], [], [1]), rows([3, 1, 4], [2, 1], [], [1, 2])).tolist() == [2 / 3, 1, 0, 0.5]


def test_places_are_counted_by_genre_and_by_popularity():
    found = figures([[2, 3], [1, 4]])

    assert found.genres[[COMEDY, DRAMA]].tolist() == [1.5, 1.5]
    assert found.popularity.tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 1, 1]
    assert found.listed.tolist() == [True, True, True, True]


def test_who_had_no_list_last_night_is_not_compared():
    found = figures([[2, 3], [1, 4]], [[2, 3], []])

    assert (found.n_lists, found.n_compared, found.overlap, found.changed_share) == (2, 1, 1.0, 0.0)


def test_lists_that_lean_as_histories_do_have_a_lift_of_one_and_the_other_way_round_of_minus_one():
    assert figures([[1], [2]]).fit.lift == pytest.approx(1)
    assert figures([[2], [1]]).fit.lift == pytest.approx(-1)


def test_lists_that_are_the_same_for_everyone_have_no_lift():
    assert figures([[1, 3], [1, 3]]).fit.lift == pytest.approx(0)


def test_last_nights_lists_have_a_lift_of_their_own():
    assert figures([[1], [2]], [[2], [1]]).last_fit.lift == pytest.approx(-1)


def test_histories_that_do_not_differ_tell_no_lift():
    assert np.isnan(figures([[1], [2]], histories=(LIKES_COMEDY, LIKES_COMEDY)).fit.lift)


def test_movies_that_nobody_knows_are_in_no_mix_and_make_an_example_worse():
    found = figures([[2, 99], [1]])

    assert found.genres.sum() == found.popularity.sum() == 2
    assert [example.id for example in found.worst] == [7, 8]


def test_the_worst_lists_are_those_that_share_least_and_moved_away_from_their_history():
    found = figures([[2, 3], [2, 3]], [[1, 3], [2, 3]])

    assert found.worst[0][1:] == (7, [1], [1, 3], [2, 3])
    assert found.worst[0].badness > 0.5
    assert found.worst[1].badness == 0


def test_what_was_liked_best_is_named_first():
    found = figures([[4], [4]], histories=([3.0, 5.0, 4.0, 0], LIKES_DRAMA))

    assert found.worst[0].liked == [2, 3, 1]


def test_figures_of_shards_add_up_to_those_of_all():
    one = figures([[2, 3]], [[1, 3]], (LIKES_COMEDY,), (7,), (True,))
    other = figures([[1]], [[]], (LIKES_DRAMA,), (8,), (False,))
    both = figures([[2, 3], [1]], [[1, 3], []], silent=(True, False))

    total = one + other

    assert total.faults == {"unknown movies": 6}
    assert total.as_document() == {**both.as_document(), "faults": {"unknown movies": 6}}
    assert total.fit.lift == both.fit.lift
    assert total.silent_share == 0.5


def test_of_all_shards_the_worst_examples_stay():
    one, other = (figures([[2], [1]], [[2], [1]], ids=ids) for ids in ((1, 2), (3, 4)))
    many = [Example(n / 100, n, [], [], []) for n in range(10, 21)]

    assert [example.id for example in (one + other).worst] == [1, 2, 3, 4]
    crowded = Figures(**{**vars(one), "worst": tuple(many)}) + other
    assert [example.id for example in crowded.worst] == list(range(20, 10, -1))


def test_figures_come_back_from_their_document():
    found = figures([[2, 3], [1]], [[1, 3], [1]], silent=(True, False))

    back = Figures.from_document(found.as_document())

    assert back.as_document() == found.as_document()
    assert back.listed.tolist() == found.listed.tolist()
    assert back.last_fit.lift == found.last_fit.lift
