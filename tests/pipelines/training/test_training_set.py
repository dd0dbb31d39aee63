"""What a snapshot in a real lake teaches, and that nothing of after a cut-off is in it."""

from datetime import date

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from infra.errors import ModelRefused
from infra.tables import MOVIES, RATINGS, TAGS
from models.splits import DECIDING_USERS
from models.zoo import SIMILAR_MOVIES, ZOO
from pipelines.training.training_set import read_training_set, read_validation_questions
from tests.pipelines.small_lake import movie, rating, tag, write_snapshot

USERS, MOVIE_IDS = range(1, 13), range(1, 25)
N_RATINGS, N_LEARNED = 10, 8
ONCE = 13
"""A user with too few ratings to be tested when parameters are chosen, but tested when models are compared."""

OF_NO_YEAR = MOVIE_IDS[-1]
MOVIE_ROWS = [movie(n, "Comedy" if n % 2 else "Western") for n in MOVIE_IDS[:-1]]
MOVIE_ROWS.append({**movie(OF_NO_YEAR, "Western"), "year": None})
EARLY_TAGS = [tag(user_id, movie_id, "funny", 1) for user_id, movie_id in [(1, 3), (2, 6), (3, 9)]]
MADE_OF_OTHERS = {"blend", "als_catboost", "ials_catboost", "ensemble"}
QUICK = {name: model for name, model in {**ZOO, **SIMILAR_MOVIES}.items() if name not in MADE_OF_OTHERS}


def rated(user_id, day, shift=0):
    """Return which movie a user rates on a day; no two of one user's are the same."""
    return (user_id * 5 + day * 7 + shift) % len(MOVIE_IDS) + 1


def ratings(stars_later, days_later, shift):
    """Everyone rates a movie a day. What they do from the ninth day on, which tests, is told by the arguments."""
    earlier = [rating(user, rated(user, day), 1.0 + user * day % 5, day) for user in USERS for day in range(N_LEARNED)]
    later = [
        rating(user, rated(user, day, shift), stars_later, day + days_later)
        for user in USERS
        for day in range(N_LEARNED, N_RATINGS)
    ]
    first = [rating(ONCE, rated(ONCE, day), 3.0, day) for day in range(4)]
    last = rating(ONCE, rated(ONCE, N_LEARNED, shift), stars_later, N_LEARNED + days_later)
    return [*earlier, *later, *first, last]


@pytest.fixture(scope="module")
def two_futures(lake, spark):
    """Two snapshots of one past: what everyone rated last, when, how, and what they called it, all differ."""
    late = [tag(user_id, n, "overlong", N_LEARNED) for user_id in (*USERS, ONCE) for n in range(1, 9)]
    later = [tag(user_id, n, "moving", N_LEARNED + 200) for user_id in (*USERS, ONCE) for n in range(5, 20)]
    days = date(2026, 11, 19), date(2026, 11, 20)
    rows = (ratings(5.0, 0, 0), [*EARLY_TAGS, *late]), (ratings(0.5, 100, 2), [*EARLY_TAGS, *later])
    return [
        write_snapshot(lake, spark, day, {RATINGS: given, MOVIES: MOVIE_ROWS, TAGS: called})
        for day, (given, called) in zip(days, rows, strict=True)
    ]


@pytest.fixture(scope="module")
def training_sets(two_futures):
    return [read_training_set(snapshot) for snapshot in two_futures]


def pairs(split_part):
    return set(zip(split_part.user_index.tolist(), split_part.movie_index.tolist(), strict=True))


def assert_same_catalogue(one, other):
    assert_array_equal(one.words.toarray(), other.words.toarray())
    assert_array_equal(one.word_ids, other.word_ids)
    assert_array_equal(one.content, other.content)


def assert_same_ratings(one, other):
    assert one.users == other.users
    assert one.movies == other.movies
    for name in ("user_index", "movie_index", "rating", "rated_at"):
        assert_array_equal(getattr(one, name), getattr(other, name))


def test_a_snapshot_is_asked_about_by_user_and_by_time(training_sets):
    by_user, by_time = training_sets[0].questions

    assert [question.split.name for question in (by_user, by_time)] == ["by_user", "by_time"]
    assert by_user.split.n_users == len(USERS) + 1
    assert len(by_user.split.test) == len(USERS) * (N_RATINGS - N_LEARNED) + 1
    assert len(by_user.split.train) + len(by_user.split.test) == len(training_sets[0].ratings)
    assert by_time.split.train.rated_at.max() < by_time.split.test.rated_at.min()


def test_the_split_by_user_decides_while_few_users_stand_behind_the_one_by_time(training_sets):
    assert training_sets[0].decides == "by_user"
    assert training_sets[0].why == f" (by_time has 13 warm users and decides from {DECIDING_USERS})"


def test_the_split_by_time_decides_where_many_users_stand_behind_each_cut_off(lake, spark):
    given = [rating(user, rated(user, day), 4.0, day) for user in range(DECIDING_USERS) for day in range(N_RATINGS)]
    snapshot = write_snapshot(lake, spark, date(2026, 11, 21), {RATINGS: given, MOVIES: MOVIE_ROWS})

    training_set = read_training_set(snapshot)

    assert [question.split.name for question in training_set.questions] == ["by_user", *["by_time"] * 3]
    assert (training_set.decides, training_set.why) == ("by_time", "")


def test_titles_have_their_year_where_it_is_known(training_sets):
    titles = training_sets[0].titles

    assert (titles[1], titles[OF_NO_YEAR]) == ("Comedy & 1 (1995)", "Western & 24")
    assert titles.keys() == set(MOVIE_IDS)


def test_a_snapshot_where_nobody_rated_enough_is_refused(lake, spark):
    given = [rating(1, movie_id, 4.0, movie_id) for movie_id in range(1, 5)]
    snapshot = write_snapshot(lake, spark, date(2026, 11, 22), {RATINGS: given, MOVIES: MOVIE_ROWS})

    with pytest.raises(ModelRefused, match="no user of this snapshot has the five ratings a comparison needs"):
        read_training_set(snapshot)


def test_the_two_futures_differ_in_all_that_is_to_be_found_and_said(training_sets):
    one, other = training_sets

    assert not np.array_equal(one.catalogue.word_ids, other.catalogue.word_ids)
    for ours, theirs in zip(one.questions, other.questions, strict=True):
        assert not pairs(ours.split.test) & pairs(theirs.split.test)
        assert ours.split.test.rated_at.max() < theirs.split.test.rated_at.min()


def test_nothing_of_after_a_cut_off_may_be_learned_from(training_sets):
    one, other = training_sets

    for ours, theirs in zip(one.questions, other.questions, strict=True):
        assert_same_ratings(ours.split.train, theirs.split.train)
        assert_same_catalogue(ours.catalogue, theirs.catalogue)


def test_what_was_said_before_a_cut_off_is_known(training_sets):
    with_tags = training_sets[0].questions[0].catalogue.word_ids

    assert len(with_tags) == len(training_sets[0].catalogue.word_ids) - 1  # without `overlong`


@pytest.mark.parametrize("name", QUICK)
def test_no_model_learns_anything_of_after_a_cut_off(training_sets, name):
    one, other = training_sets

    for ours, theirs in zip(one.questions, other.questions, strict=True):
        learned, again = (QUICK[name]().fit(each.split.train, each.catalogue).arrays() for each in (ours, theirs))
        assert learned.keys() == again.keys()
        for array in learned:
            assert_array_equal(learned[array], again[array], err_msg=array)


def test_parameters_are_chosen_by_nothing_of_what_models_are_compared_by(two_futures, training_sets):
    compared = pairs(training_sets[0].questions[0].split.test)
    chosen_by = [read_validation_questions(snapshot) for snapshot in two_futures]

    for ours, theirs in zip(*chosen_by, strict=True):
        assert not (pairs(ours.split.train) | pairs(ours.split.test)) & compared
        assert_same_ratings(ours.split.train, theirs.split.train)
        assert_same_ratings(ours.split.test, theirs.split.test)
        assert_same_catalogue(ours.catalogue, theirs.catalogue)


def test_parameters_are_chosen_by_two_questions_of_which_the_second_is_earlier(two_futures):
    later, earlier = (question.split for question in read_validation_questions(two_futures[0]))

    assert pairs(earlier.train) | pairs(earlier.test) == pairs(later.train)
    assert later.n_users == earlier.n_users == len(USERS)
