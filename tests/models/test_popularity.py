import numpy as np
import pytest

from models.popularity import Popularity, PopularityAllTime, PopularityRecent
from models.ratings import Ratings
from tests.catalogues import silent

DAY = 86_400
NOW = 1_700_000_000
STRANGER = np.array([99])


def test_a_rating_counts_half_after_a_half_life():
    ratings = Ratings.of([1, 2, 1], [10, 10, 20], [4, 4, 4], [NOW - 20 * DAY, NOW - 10 * DAY, NOW])

    lists = Popularity(half_life_days=10).fit(ratings, silent(ratings)).recommend(STRANGER, 2, ratings)

    assert lists.movie_ids.tolist() == [[20, 10]]
    assert lists.scores.tolist() == [[1.0, 0.75]]


def test_ages_count_from_the_newest_rating_whenever_that_was():
    histories = [
        Ratings.of([1, 1], [10, 20], [4, 4], [moment, moment - 5 * DAY]) for moment in (NOW, NOW + 1_000 * DAY)
    ]

    learned = [Popularity(half_life_days=10).fit(ratings, silent(ratings)) for ratings in histories]

    assert learned[0].scores.tolist() == learned[1].scores.tolist()


def test_for_all_time_an_old_rating_counts_as_much_as_a_new_one():
    ratings = Ratings.of([1, 2, 1], [20, 20, 10], [4, 4, 4], [NOW - 9_000 * DAY, NOW - 8_000 * DAY, NOW])

    lists = PopularityAllTime().fit(ratings, silent(ratings)).recommend(STRANGER, 2, ratings)

    assert lists.movie_ids.tolist() == [[20, 10]]
    assert lists.scores.tolist() == [[2.0, 1.0]]


def test_recent_ratings_count_alone_and_the_window_ends_at_the_newest():
    moments = [NOW, NOW - 10 * DAY + 1, NOW - 10 * DAY, NOW - 11 * DAY, NOW - 12 * DAY]
    ratings = Ratings.of([1, 2, 1, 2, 3], [20, 20, 30, 10, 10], [4] * 5, moments)

    lists = PopularityRecent(n_days=10).fit(ratings, silent(ratings)).recommend(STRANGER, 3, ratings)

    assert lists.movie_ids.tolist() == [[20, 10, 30]]  # the old ones by id
    assert lists.scores.tolist() == [[2.0, 0.0, 0.0]]


@pytest.mark.parametrize("model", [Popularity(), PopularityAllTime(), PopularityRecent()])
def test_stars_do_not_matter(model):
    ratings = Ratings.of([1, 2, 3], [10, 10, 20], [0.5, 0.5, 5.0], [NOW] * 3)

    assert model.fit(ratings, silent(ratings)).recommend(STRANGER, 2, ratings).movie_ids.tolist() == [[10, 20]]


def test_a_stranger_gets_the_ranking():
    ratings = Ratings.of([1, 2, 2], [10, 10, 20], [4, 4, 4], [NOW] * 3, catalogue=[30])

    lists = Popularity().fit(ratings, silent(ratings)).recommend(np.array([99, 1]), 3, ratings)

    assert lists.movie_ids.tolist() == [[10, 20, 30], [20, 30, -1]]
