import numpy as np
import pytest

from models.catalogue import describe
from models.content import Content
from models.ratings import Ratings

UNRATED, UNHEARD_OF = 7, 8
MOVIE_IDS = range(1, 9)


@pytest.fixture
def catalogue():
    """1 to 3 and UNRATED are comedies, 4 to 6 westerns; of UNHEARD_OF nothing is said."""
    genres = [["Comedy"]] * 3 + [["Western"]] * 3 + [["Comedy"], []]
    return describe(MOVIE_IDS, [""] * 8, [None] * 8, genres, [[]] * 8)


def rated(*opinions):
    """Opinions are (user, movie, stars)."""
    return Ratings.of(*zip(*opinions, strict=True), [0] * len(opinions), MOVIE_IDS)


# Movie 5 has three ratings, the others at most two.
RATINGS = rated(*[(u, 5, 3.0) for u in (1, 2, 3)], (1, 2, 5.0), (1, 4, 1.0), (2, 4, 5.0), (2, 1, 1.0), (3, 6, 3.0))


def test_what_is_like_the_liked_comes_first_and_what_is_like_the_disliked_last(catalogue):
    lists = Content().fit(RATINGS, catalogue).recommend(np.array([1, 2]), 5, RATINGS)

    assert lists.movie_ids.tolist() == [[1, 3, UNRATED, UNHEARD_OF, 6], [6, UNHEARD_OF, 2, 3, UNRATED]]


def test_scores_follow_the_stated_formula(catalogue):
    model = Content(shrinkage=2, popularity_weight=0.5).fit(RATINGS, catalogue)
    history = rated((9, 1, 5.0), (9, 4, 4.0), (9, 5, 1.0))

    scores = dict(zip(*(a[0].tolist() for a in model.recommend(np.array([9]), 5, history)), strict=True))

    usual = (5 + 4 + 1 + 2 * 3) / 5  # the mean of all is 3
    total = (5 - usual) + (4 - usual) + (usual - 1)
    assert scores[2] == pytest.approx((5 - usual) / total + 0.5 * np.log(2) / np.log(4), rel=1e-5)
    assert scores[UNRATED] == pytest.approx((5 - usual) / total, rel=1e-5)
    assert scores[6] == pytest.approx((4 - usual + 1 - usual) / total + 0.5 * np.log(2) / np.log(4), rel=1e-5)


def test_of_movies_that_say_the_same_the_much_rated_comes_first(catalogue):
    history = rated((9, 4, 5.0))

    listed = Content().fit(RATINGS, catalogue).recommend(np.array([9]), 2, history).movie_ids

    assert listed.tolist() == [[5, 6]]


def test_one_rating_since_the_fit_is_enough_of_a_history(catalogue):
    model = Content().fit(RATINGS, catalogue)

    lists = model.recommend(np.array([9, 10]), 1, rated((9, UNRATED, 5.0), (10, UNRATED, 1.0)))

    assert lists.movie_ids.tolist() == [[1], [5]]


def test_a_user_without_a_history_has_an_empty_list(catalogue):
    lists = Content().fit(RATINGS, catalogue).recommend(np.array([12345, 1]), 2, RATINGS)

    assert lists.movie_ids.tolist() == [[-1, -1], [1, 3]]


def test_similar_movies_share_what_is_said_of_them(catalogue):
    lists = Content().fit(RATINGS, catalogue).similar_movies(np.array([UNRATED, 5]), 4)

    assert lists.movie_ids.tolist() == [[1, 2, 3, -1], [4, 6, -1, -1]]
    assert lists.scores[0].tolist() == pytest.approx([1, 1, 1, -np.inf])


def test_an_unknown_movie_and_one_of_which_nothing_is_said_are_like_none(catalogue):
    lists = Content().fit(RATINGS, catalogue).similar_movies(np.array([12345, UNHEARD_OF]), 3)

    assert lists.movie_ids.tolist() == [[-1, -1, -1]] * 2
    assert (lists.scores == -np.inf).all()
