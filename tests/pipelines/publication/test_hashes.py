import numpy as np
import pytest

from pipelines.publication.hashes import add_hashes, hash_lists, mixed

IDS = np.array([7, 8])
MOVIES = np.array([[1, 2, 3], [2, 4, -1]])
SCORES = np.array([[0.5, 0.25, 0.125], [0.5, 0.25, -np.inf]], np.float32)


def test_words_are_mixed_as_the_paper_does():
    first_of_seed_0 = np.uint64(0xE220A8397B1DCDAF)

    assert mixed(np.zeros(1, np.uint64))[0] == first_of_seed_0


def test_the_hash_of_the_parts_adds_up_to_that_of_the_whole():
    parts = [hash_lists(IDS[row], MOVIES[row], SCORES[row]) for row in ([1], [0])]

    assert add_hashes(parts) == hash_lists(IDS, MOVIES, SCORES)


@pytest.mark.parametrize(
    ("ids", "movie_ids", "scores"),
    [
        ([7, 9], MOVIES, SCORES),
        ([8, 7], MOVIES, SCORES),
        (IDS, [[2, 1, 3], [2, 4, -1]], SCORES),
        (IDS, [[1, 2, 3], [2, 4, 5]], SCORES),
        (IDS, MOVIES, SCORES[:, ::-1]),
        (IDS, MOVIES, np.nextafter(SCORES, np.float32(1))),
    ],
)
def test_whoever_the_lists_are_for_and_every_movie_place_and_bit_count(ids, movie_ids, scores):
    other = hash_lists(np.array(ids), np.array(movie_ids), np.array(scores))

    assert other != hash_lists(IDS, MOVIES, SCORES)
