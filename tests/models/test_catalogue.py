import numpy as np
import pytest

from models.catalogue import describe

COMEDY, WESTERN = ["Comedy"], ["Western"]


def likeness(catalogue):
    return catalogue.content @ catalogue.content.T


def test_movies_that_say_the_same_are_alike_and_those_that_share_nothing_are_not():
    catalogue = describe([1, 2, 3, 4], [""] * 4, [1994, 1999, 1955, 1956], [COMEDY, COMEDY, WESTERN, WESTERN], [[]] * 4)

    expected = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    np.testing.assert_allclose(likeness(catalogue), expected, atol=1e-6)


def test_a_rare_word_relates_more_than_a_common_one():
    genres = [["Drama", "Musical"], ["Musical"], ["Drama"], *[["Drama"]] * 7]

    alike = likeness(describe(range(10), [""] * 10, [None] * 10, genres, [[]] * 10))

    assert alike[0, 1] > 0.9 > 0.3 > alike[0, 2] > 0


@pytest.mark.parametrize(("tags", "years"), [([["pixar"], ["pixar"], []], [None] * 3), ([[]] * 3, [1995, 1999, 2000])])
def test_tags_and_decades_count_beside_genres(tags, years):
    alike = likeness(describe([1, 2, 3], [""] * 3, years, [COMEDY, WESTERN, WESTERN], tags))

    assert alike[0, 1] > alike[0, 2] == pytest.approx(0, abs=1e-6)


def test_rows_follow_the_ids_not_the_order_told():
    told = describe([2, 1, 3], [""] * 3, [None] * 3, [WESTERN, COMEDY, WESTERN], [[]] * 3)

    assert told.movies.ids.tolist() == [1, 2, 3]
    np.testing.assert_allclose(likeness(told)[1], [0, 1, 1], atol=1e-6)


def test_a_movie_of_which_nothing_is_said_is_like_none():
    catalogue = describe([1, 2, 3], [""] * 3, [None] * 3, [[], COMEDY, COMEDY], [[], ["unheard of"], []])

    assert np.linalg.norm(catalogue.content, axis=1).tolist() == pytest.approx([0, 1, 1])
    assert likeness(catalogue)[1, 2] == pytest.approx(1)  # a word that no other movie has takes nothing away


def test_few_dimensions_still_give_unit_vectors_of_that_width():
    genres = [[f"genre {i}", f"genre {i + 1}"] for i in range(20)]

    catalogue = describe(range(20), [""] * 20, [None] * 20, genres, [[]] * 20, n_dimensions=5)

    assert catalogue.content.shape == (20, 5)
    assert catalogue.content.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(catalogue.content, axis=1), 1, rtol=1e-6)


def test_a_catalogue_of_nothing_is_no_error():
    assert describe([], [], [], [], []).content.shape == (0, 64)


def test_a_word_keeps_its_id_in_another_catalogue():
    few = describe([1, 2], [""] * 2, [None] * 2, [WESTERN, WESTERN], [[]] * 2)
    more = describe([1, 2, 3, 4, 5], [""] * 5, [None] * 5, [WESTERN, WESTERN, COMEDY, COMEDY, COMEDY], [[]] * 5)

    assert few.words.shape == (2, 1)
    assert more.word_ids.tolist().index(few.word_ids[0]) == 1  # the second most used there
    assert (more.word_ids >= 0).all()
    assert few.word_ids.tolist() == [2588092873387560404]
