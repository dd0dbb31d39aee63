import json

import numpy as np
import pytest

from models.catalogue import describe
from models.hybrid import Hybrid
from models.ratings import Ratings

COMEDIES, WESTERNS = range(10), range(100, 110)
NEW_COMEDY, NEW_WESTERN, UNHEARD_OF = 50, 150, 200
LOVER_OF_COMEDIES, LOVER_OF_WESTERNS, NEWCOMER = 0, 10, 99


def catalogue(*more):
    """Comedies, westerns, and `more` of a movie id and its genres."""
    movies = [(m, ["Comedy"]) for m in COMEDIES] + [(m, ["Western"]) for m in WESTERNS] + list(more)
    movie_ids, genres = zip(*movies, strict=True)
    n = len(movies)
    return describe(movie_ids, [""] * n, [None] * n, genres, [[]] * n)


def rated(pairs, described, stars=4.0):
    users, movies = zip(*pairs, strict=True)
    return Ratings.of(users, movies, [stars] * len(pairs), range(len(pairs)), described.movies.ids)


OLD = [(u, m) for u in range(20) for m in (COMEDIES, WESTERNS)[u // 10] if (u - m) % 10 != 3]
"""Users 0 to 9 rate comedies, users 10 to 19 westerns; each leaves one out."""


def learned():
    return Hybrid(n_factors=8).fit(rated(OLD, catalogue()), catalogue())


@pytest.fixture(scope="module")
def stored():
    """The model of OLD as parameters and arrays: all that a later run has."""
    model = learned()
    return json.loads(json.dumps(model.parameters())), model.arrays()


@pytest.fixture
def model(stored):
    return Hybrid.restore(*stored)


def listed(model, user_id, n, ratings):
    return model.recommend(np.array([user_id]), n, ratings).movie_ids[0].tolist()


def test_each_user_is_first_shown_the_movie_of_their_taste_they_missed(model):
    lists = model.recommend(np.arange(20), 1, rated(OLD, catalogue()))

    assert lists.movie_ids[:, 0].tolist() == [u // 10 * 100 + (u - 3) % 10 for u in range(20)]


def test_new_ratings_alone_change_the_list_of_the_user_concerned(model):
    new = rated([(LOVER_OF_COMEDIES, m) for m in (100, 101, 102, 103, 104)], catalogue())
    before = model.recommend(np.array([LOVER_OF_COMEDIES]), 20, new)

    after = model.fit_partial(new, catalogue()).recommend(np.array([LOVER_OF_COMEDIES]), 20, new)

    gain = [
        scores[np.isin(movie_ids, WESTERNS)].mean() - scores[np.isin(movie_ids, COMEDIES)].mean()
        for movie_ids, scores in ((lists.movie_ids[0, :15], lists.scores[0, :15]) for lists in (before, after))
    ]
    assert gain[0] < gain[1]
    assert before.movie_ids.tolist() != after.movie_ids.tolist()


def test_what_was_learned_before_is_kept(model):
    model.fit_partial(rated([(LOVER_OF_COMEDIES, 105)], catalogue()), catalogue())

    assert listed(model, LOVER_OF_WESTERNS, 1, rated(OLD, catalogue())) == [107]


def test_a_new_user_is_known_by_their_first_ratings(model):
    new = rated([(NEWCOMER, 100), (NEWCOMER, 101), (NEWCOMER, 102)], catalogue())
    assert listed(model, NEWCOMER, 3, new) == [-1] * 3

    model.fit_partial(new, catalogue())

    assert set(listed(model, NEWCOMER, 7, new)) == set(WESTERNS) - {100, 101, 102}


def test_a_new_movie_is_known_by_what_is_said_of_it(model):
    more = catalogue((NEW_COMEDY, ["Comedy"]), (NEW_WESTERN, ["Western"]))
    new = rated([(LOVER_OF_COMEDIES, 1)], more)

    model.fit_partial(new, more)

    lists = {user: listed(model, user, 22, rated(OLD, more)) for user in (LOVER_OF_COMEDIES, LOVER_OF_WESTERNS)}
    assert lists[LOVER_OF_COMEDIES].index(NEW_COMEDY) < lists[LOVER_OF_COMEDIES].index(NEW_WESTERN)
    assert lists[LOVER_OF_WESTERNS].index(NEW_WESTERN) < lists[LOVER_OF_WESTERNS].index(NEW_COMEDY)


def test_a_movie_of_which_nothing_is_known_comes_last_until_it_is_rated(model):
    more = catalogue((UNHEARD_OF, []))

    model.fit_partial(rated([(LOVER_OF_COMEDIES, 1)], more), more)
    assert listed(model, LOVER_OF_WESTERNS, 12, rated(OLD, more))[-1] == UNHEARD_OF

    model.fit_partial(rated([(u, UNHEARD_OF) for u in range(11, 20)], more), more)
    assert listed(model, LOVER_OF_WESTERNS, 12, rated(OLD, more))[-1] != UNHEARD_OF


def test_a_movie_that_left_the_catalogue_is_not_listed(model):
    fewer = describe(WESTERNS, [""] * 10, [None] * 10, [["Western"]] * 10, [[]] * 10)
    new = rated([(LOVER_OF_COMEDIES, 100)], fewer)

    assert set(listed(model.fit_partial(new, fewer), LOVER_OF_COMEDIES, 20, new)) == {-1, *WESTERNS} - {100}


def test_a_restored_model_goes_on_as_the_fitted_one_bit_for_bit(model):
    new = rated([(LOVER_OF_COMEDIES, 100), (NEWCOMER, 5)], catalogue())

    restored, fitted = (each.fit_partial(new, catalogue()).arrays() for each in (model, learned()))

    assert restored.keys() == fitted.keys()
    for name, array in restored.items():
        np.testing.assert_array_equal(array, fitted[name])


def test_going_on_without_new_ratings_changes_nothing(model, stored):
    nothing = rated(OLD, catalogue()).where(np.zeros(len(OLD), np.bool_))

    after = model.fit_partial(nothing, catalogue()).arrays()

    for name, array in stored[1].items():
        np.testing.assert_array_equal(after[name], array)


def test_of_users_who_are_gone_nothing_is_left_and_the_others_stay_as_they_are(model, stored):
    gone = [LOVER_OF_COMEDIES, 1]
    arrays = model.without_users(gone).arrays()

    before, others = stored[1], ~np.isin(stored[1]["user_ids"], gone)
    assert not np.isin(arrays["user_ids"], gone).any()
    assert not np.isin(arrays["user_features"], gone).any()
    np.testing.assert_array_equal(arrays["user_factors"], before["user_factors"][others])
    np.testing.assert_array_equal(arrays["genre_counts"], before["genre_counts"][others])
    assert listed(model, LOVER_OF_COMEDIES, 1, rated(OLD, catalogue())) == [-1]
    assert listed(model, LOVER_OF_WESTERNS, 1, rated(OLD, catalogue())) == [107]


def test_after_users_are_forgotten_learning_goes_on(model):
    new = rated([(NEWCOMER, 100), (NEWCOMER, 101), (NEWCOMER, 102)], catalogue())

    model.without_users([LOVER_OF_COMEDIES]).fit_partial(new, catalogue())

    assert set(listed(model, NEWCOMER, 7, new)) == set(WESTERNS) - {100, 101, 102}
    assert LOVER_OF_COMEDIES not in model.users.ids


def test_many_stars_count_more_than_few():
    def score(stars):
        ratings = rated([(1, 1), (1, 2), (2, 3)], catalogue(), stars)
        model = Hybrid(n_factors=4, n_epochs=1).fit(ratings, catalogue())
        return model.movie_factors[model.movies.positions([1]), -1]

    assert score(5.0) > score(0.5) > 0


def test_another_seed_gives_other_factors():
    first, second = (Hybrid(n_factors=8, n_epochs=1, seed=s).fit(rated(OLD, catalogue()), catalogue()) for s in (1, 2))

    assert not np.array_equal(first.movie_factors, second.movie_factors)
