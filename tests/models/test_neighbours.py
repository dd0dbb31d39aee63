import json

import numpy as np
import pytest

from models.neighbours import Neighbours
from models.ratings import Ratings
from models.zoo import restore
from tests.catalogues import silent

UNRATED, UNHEARD_OF, STRANGER = 0, 12345, 999


@pytest.fixture
def ratings():
    """Half of all pairs of 30 users and movies 1 to 12, drawn at random, movie 13 by one more user, and UNRATED."""
    users, movies = np.nonzero(np.random.default_rng(5).random((30, 12)) < 1 / 2)
    users, movies = np.append(users, 30), np.append(movies, 12) + 1
    stars = np.random.default_rng(6).integers(1, 11, len(users)) / 2
    return Ratings.of(users, movies, stars, np.zeros(len(users)), catalogue=[UNRATED])


def fit(ratings, **parameters):
    return Neighbours(**parameters).fit(ratings, silent(ratings))


def similarities_of(stars, shrinkage, saturation, length_share):
    """What the docstring says, one pair after the other."""
    n_users, n_movies = stars.shape
    n_rated = (stars > 0).sum(axis=0)
    mean = n_rated[n_rated > 0].mean()

    def weight(u, m):
        length = 1 - length_share + length_share * n_rated[m] / mean
        rarity = np.log(1 + np.count_nonzero(n_rated) / (stars[u] > 0).sum())
        return stars[u, m] * (saturation + 1) / (stars[u, m] + saturation * length) * rarity

    weights = np.array([[weight(u, m) if stars[u, m] else 0 for m in range(n_movies)] for u in range(n_users)])

    def similarity(a, b):
        n_shared = np.count_nonzero(weights[:, a] * weights[:, b])
        if a == b or not n_shared:
            return 0.0
        norms = np.linalg.norm(weights[:, a]) * np.linalg.norm(weights[:, b])
        return weights[:, a] @ weights[:, b] / norms * n_shared / (n_shared + shrinkage)

    return np.array([[similarity(a, b) for b in range(n_movies)] for a in range(n_movies)])


def test_movies_alike_are_those_of_the_stated_formula(ratings):
    model = fit(ratings, shrinkage=3, saturation=2, length_share=0.4)

    lists = model.similar_movies(ratings.movies.ids, 5)

    expected = similarities_of(ratings.matrix.toarray().astype(np.float64), 3, 2, 0.4)
    best = np.argsort(-expected, axis=1)[:, :5]
    np.testing.assert_array_equal(lists.movie_ids[1:-1], best[1:-1])  # positions are ids
    np.testing.assert_allclose(lists.scores[1:-1], np.take_along_axis(expected, best, axis=1)[1:-1], rtol=1e-5)


def test_a_user_is_shown_what_the_neighbours_they_rated_speak_for(ratings):
    model = fit(ratings, n_neighbours=4)
    stars = ratings.matrix.toarray().astype(np.float64)
    similar = similarities_of(stars, 20, 1.2, 0.75)
    fourth = np.sort(similar, axis=1)[:, [-4]]
    expected = np.where(stars > 0, -np.inf, stars @ np.where(similar >= fourth, similar, 0).T)

    lists = model.recommend(ratings.users.ids[:-1], 2, ratings)

    best = np.sort(expected, axis=1)[:-1, :-3:-1]
    np.testing.assert_allclose(lists.scores, best, rtol=1e-5)
    rows = np.arange(len(best))[:, None]
    np.testing.assert_allclose(expected[rows, lists.movie_ids], best, rtol=1e-5)


def test_no_movie_is_its_own_neighbour_and_only_those_kept_are_listed(ratings):
    listed = fit(ratings, n_neighbours=3).similar_movies(ratings.movies.ids, 5).movie_ids

    assert not (listed == ratings.movies.ids[:, None]).any()
    assert (listed[1:-1, :3] > 0).all()
    assert (listed[:, 3:] == -1).all()


def test_a_movie_that_shares_no_user_or_is_not_known_has_no_neighbours(ratings):
    lists = fit(ratings).similar_movies(np.array([13, UNRATED, UNHEARD_OF]), 3)

    assert (lists.movie_ids == -1).all()
    assert (lists.scores == -np.inf).all()


def test_few_users_in_common_are_little_trusted():
    """One user rated 1 and 2 alone; the ten who rated 1 and 3 differ in what else they rated."""
    pairs = [(0, 1), (0, 2), *((user, movie) for user in range(1, 11) for movie in (1, 3, 10 + user))]
    users, movies = zip(*pairs, strict=True)
    ratings = Ratings.of(users, movies, [4.0] * len(pairs), [0] * len(pairs))

    trusting, wary = (
        fit(ratings, shrinkage=shrinkage).similar_movies(np.array([2]), 2).scores[0, 0] for shrinkage in (0, 20)
    )

    assert wary == pytest.approx(trusting / 21)


def test_equally_similar_movies_go_by_movie_id():
    users, movies = np.repeat(np.arange(4), 5), np.tile([50, 40, 30, 20, 10], 4)
    ratings = Ratings.of(users, movies, [4.0] * 20, [0] * 20)

    lists = fit(ratings, n_neighbours=3).similar_movies(np.array([30]), 3)

    assert lists.movie_ids.tolist() == [[10, 20, 40]]


def test_a_movie_nobody_rated_comes_after_one_that_shares_no_user_with_the_history(ratings):
    listed = fit(ratings).recommend(np.array([0]), 20, ratings).movie_ids[0]

    assert listed[listed != -1][-2:].tolist() == [13, UNRATED]


def test_a_new_user_is_shown_what_their_history_asks_for(ratings):
    since = Ratings.of([STRANGER], [5], [4.0], [0])
    model = fit(ratings, n_neighbours=13)

    lists = model.recommend(np.array([STRANGER]), 3, since)

    assert lists.movie_ids.tolist() == model.similar_movies(np.array([5]), 3).movie_ids.tolist()


def test_who_rated_nothing_it_learned_of_has_an_empty_list(ratings):
    since = Ratings.of([STRANGER, STRANGER + 1], [UNRATED, UNHEARD_OF], [5.0, 5.0], [0, 0])

    lists = fit(ratings).recommend(np.array([STRANGER, STRANGER + 1, STRANGER + 2]), 3, since)

    assert (lists.movie_ids == -1).all()
    assert (lists.scores == -np.inf).all()


def test_the_blocks_change_nothing(monkeypatch, ratings):
    whole = fit(ratings)
    monkeypatch.setattr("models.neighbours.ROWS_PER_BLOCK", 5)

    in_parts = fit(ratings)

    np.testing.assert_array_equal(in_parts.neighbours, whole.neighbours)
    np.testing.assert_array_equal(in_parts.similarities, whole.similarities)
    parts, wholes = (model.recommend(ratings.users.ids, 5, ratings) for model in (in_parts, whole))
    np.testing.assert_array_equal(parts.movie_ids, wholes.movie_ids)


def test_neighbours_are_restored_from_json_and_arrays(ratings):
    fitted = fit(ratings)

    restored = restore("neighbours", json.loads(json.dumps(fitted.parameters())), fitted.arrays())

    before, after = (model.similar_movies(ratings.movies.ids, 5) for model in (fitted, restored))
    np.testing.assert_array_equal(before.movie_ids, after.movie_ids)
    np.testing.assert_array_equal(before.scores, after.scores)
