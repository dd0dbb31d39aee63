import numpy as np
import pytest

from models.ratings import Ratings
from models.splits import DECIDING_USERS, NEVER, deciding_splits, split_by_time, split_by_user, splits_by_time
from models.tags import Tags


def ratings_of(*rows):
    user_ids, movie_ids, rated_at = zip(*rows, strict=True)
    return Ratings.of(user_ids, movie_ids, [4.0] * len(rows), rated_at)


def pairs(ratings):
    users, movies = ratings.users.ids[ratings.user_index], ratings.movies.ids[ratings.movie_index]
    return sorted(zip(users.tolist(), movies.tolist(), strict=True))


def test_by_user_tests_the_last_fifth_of_each_users_own_time():
    early = [(1, movie, 100 - movie) for movie in range(10)]  # movies 1 and 0 are the latest
    late = [(2, movie, 1000 + movie) for movie in range(5)]

    split = split_by_user(ratings_of(*early, *late))

    assert pairs(split.test) == [(1, 0), (1, 1), (2, 4)]
    assert len(split.train) == 12
    assert (split.name, split.n_users, split.n_cold_users, split.n_cold_movies) == ("by_user", 2, 0, 0)


def test_by_user_ties_in_time_go_by_movie_id_whatever_the_order_of_rows():
    rows = [(1, movie, 7) for movie in (30, 10, 50, 20, 40)]

    for order in (rows, rows[::-1]):
        assert pairs(split_by_user(ratings_of(*order)).test) == [(1, 50)]


def test_by_user_rounds_down_so_someone_with_four_ratings_is_not_tested():
    split = split_by_user(ratings_of(*[(1, movie, movie) for movie in range(4)]))

    assert (len(split.test), split.n_users) == (0, 0)


@pytest.mark.parametrize(("share", "n_test"), [(0.0, 0), (0.5, 5), (1.0, 10)])
def test_by_user_takes_the_share_asked_for(share, n_test):
    ratings = ratings_of(*[(1, movie, movie) for movie in range(10)])

    assert len(split_by_user(ratings, share).test) == n_test


def test_by_time_sets_cold_users_and_movies_apart_and_counts_them():
    before = [(1, movie, movie) for movie in range(9)] + [(2, 0, 10), (3, 0, 11), (4, 0, 12)]
    after = [(2, 1, 20), (3, 99, 21), (5, 1, 22)]  # warm; a movie nobody had rated; a user nobody had seen

    split = split_by_time(ratings_of(*before, *after))

    assert pairs(split.test) == [(2, 1)]
    assert len(split.train) == 12
    assert (split.name, split.n_users, split.n_cold_users, split.n_cold_movies) == ("by_time", 1, 1, 1)


def test_by_time_never_trains_on_the_moment_it_tests():
    ratings = ratings_of(*[(1, movie, min(movie, 6)) for movie in range(10)], (2, 0, 0), (2, 9, 1))

    split = split_by_time(ratings)

    assert split.train.rated_at.max() == 5
    assert split.n_cold_movies == 3  # 6, 7 and 8 were all first rated in that second


def test_both_parts_keep_the_users_and_movies_of_the_whole():
    ratings = ratings_of(*[(user, movie, user * movie) for user in range(1, 4) for movie in range(10)])

    for split in (split_by_user(ratings), split_by_time(ratings)):
        for part in (split.train, split.test):
            assert part.users == ratings.users
            assert part.movies == ratings.movies


def test_by_user_train_and_test_are_the_whole():
    rng = np.random.default_rng(5)
    ratings = ratings_of(*{(int(u), int(m), int(t)) for u, m, t in rng.integers(0, 30, (300, 3))})

    split = split_by_user(ratings)

    assert sorted(pairs(split.train) + pairs(split.test)) == pairs(ratings)


def crowd(n_users):
    """Everyone rates the same ten movies, one on each of ten days."""
    return ratings_of(
        *[(user, movie, movie * 86_400) for user in range(n_users) for movie in range(10)],
        *[(user, movie, 0) for user in range(n_users, n_users + 2) for movie in range(10)],
    )


def test_by_time_can_end_before_the_last_rating():
    ratings = ratings_of(*[(1, movie, 0) for movie in range(10)], *[(2, movie, 10 + movie) for movie in range(10)])

    split = split_by_time(ratings, cut_off=0.6, end=0.8)

    assert split.train.rated_at.max() == 11
    assert pairs(split.test) == [(2, 2), (2, 3), (2, 4), (2, 5)]


def test_where_many_users_stand_behind_each_time_is_cut_three_times_without_overlap():
    ratings = crowd(DECIDING_USERS)

    splits = splits_by_time(ratings)

    assert [split.n_users for split in splits] == [DECIDING_USERS] * 3
    tested = [pair for split in splits for pair in pairs(split.test)]
    assert len(tested) == len(set(tested))
    assert all(split.train.rated_at.max() < split.test.rated_at.min() for split in splits)


def test_where_one_user_too_few_stands_behind_a_cut_off_time_is_cut_once():
    ratings = crowd(DECIDING_USERS - 1)

    assert len(splits_by_time(ratings)) == 1


@pytest.mark.parametrize(("n_users", "decides"), [(DECIDING_USERS, "by_time"), (DECIDING_USERS - 1, "by_user")])
def test_the_split_by_time_decides_where_enough_users_stand_behind_it(n_users, decides):
    ratings = crowd(n_users)

    assert deciding_splits(split_by_user(ratings), splits_by_time(ratings)) == decides


def tagged(*rows):
    user_ids, tagged_at = zip(*rows, strict=True)
    return Tags(np.array(user_ids), np.full(len(rows), 1), np.array(["fun"] * len(rows), object), np.array(tagged_at))


def test_by_user_nothing_is_learned_from_a_tag_given_once_the_users_test_began():
    split = split_by_user(ratings_of(*[(1, movie, movie) for movie in range(5)], (2, 0, 0)))

    known = split.known(tagged((1, 3), (1, 4), (2, 99), (77, 0)))

    assert list(zip(known.user_ids.tolist(), known.tagged_at.tolist(), strict=True)) == [(1, 3), (2, 99)]


def test_by_time_nothing_is_learned_from_a_tag_given_after_the_cut_off():
    split = split_by_time(ratings_of(*[(1, movie, movie) for movie in range(5)], (2, 0, 0)))

    known = split.known(tagged((1, 2), (1, 3), (2, 99)))

    assert known.tagged_at.tolist() == [2]


def test_someone_who_is_not_tested_may_be_learned_from_for_ever():
    assert split_by_user(ratings_of((1, 0, 0))).begins_at.tolist() == [NEVER]
