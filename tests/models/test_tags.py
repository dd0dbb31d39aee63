import numpy as np

from infra.tables import TAGS_PER_MOVIE
from models.tags import Tags


def tags(*rows):
    user_ids, movie_ids, names, tagged_at = zip(*rows, strict=True)
    return Tags(np.array(user_ids), np.array(movie_ids), np.array(names, object), np.array(tagged_at))


def test_a_movie_is_described_by_its_most_used_tags_ties_by_name():
    given = tags((1, 10, "pixar", 5), (2, 10, "fun", 6), (1, 10, "fun", 7), (1, 10, "animation", 8), (1, 20, "war", 9))

    assert given.of_movies([20, 30, 10]) == [["war"], [], ["fun", "animation", "pixar"]]


def test_a_movie_is_described_by_a_bounded_number_of_tags():
    given = tags(*[(1, 10, f"tag {number:02}", 0) for number in range(TAGS_PER_MOVIE + 5)])

    assert given.of_movies([10]) == [[f"tag {number:02}" for number in range(TAGS_PER_MOVIE)]]


def test_tags_that_are_masked_out_are_gone():
    given = tags((1, 10, "early", 1), (1, 10, "late", 9))

    assert given.where(given.tagged_at < 5).of_movies([10]) == [["early"]]
