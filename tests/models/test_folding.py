import numpy as np
import pytest

from models.folding import fold_in
from models.ratings import Ratings
from models.recommender import NO_MOVIE
from models.zoo import KNOWS_USERS_BY_ID, POPULARITIES, ZOO
from tests.catalogues import silent

COMEDY_LOVER, HORROR_LOVER = 1_000_000_000, 1_000_000_001
COMEDIES, HORRORS = range(100, 112), range(200, 212)
PERSONAL = sorted(ZOO.keys() - KNOWS_USERS_BY_ID - POPULARITIES - {"content"})  # nothing is said of these movies


def rated(tastes):
    """Users who gave 5 stars each to the movies they like, one a day."""
    pairs = [(user_id, movie_id) for user_id, liked in tastes.items() for movie_id in liked]
    user_ids, movie_ids = zip(*pairs, strict=True)
    stars, rated_at = np.full(len(pairs), 5), np.arange(len(pairs)) * 86_400
    return Ratings.of(user_ids, movie_ids, stars, rated_at, [*COMEDIES, *HORRORS])


@pytest.fixture(scope="module")
def ratings():
    """Twenty users, half of whom like comedies; each misses one movie."""
    kinds = {user: COMEDIES if user % 2 else HORRORS for user in range(20)}
    return rated({user: [movie for movie in kind if movie % 10 != user // 2] for user, kind in kinds.items()})


@pytest.fixture(params=PERSONAL)
def model(request, ratings):
    return ZOO[request.param]().fit(ratings, silent(ratings))


def test_users_who_came_after_the_fit_get_lists_of_what_they_like(model):
    newcomers = rated({COMEDY_LOVER: COMEDIES[:4], HORROR_LOVER: HORRORS[:4]})
    lists = fold_in(model, newcomers).recommend(newcomers.users.ids, 5, newcomers)
    comedies, horrors = lists.movie_ids.tolist()
    assert set(comedies) <= set(COMEDIES[4:])
    assert set(horrors) <= set(HORRORS[4:])


def test_a_user_whose_taste_has_changed_gets_another_list(model):
    changed = rated({1: HORRORS[:4]})
    (movies,) = fold_in(model, changed).recommend(np.array([1]), 5, changed).movie_ids.tolist()
    assert set(movies) <= set(HORRORS[4:])


def test_the_model_itself_stays_as_it_is(model, ratings):
    before = model.recommend(ratings.users.ids, 3, ratings)
    fold_in(model, rated({COMEDY_LOVER: COMEDIES[:4]}))
    np.testing.assert_array_equal(model.recommend(ratings.users.ids, 3, ratings).movie_ids, before.movie_ids)


@pytest.mark.parametrize("name", sorted(KNOWS_USERS_BY_ID))
def test_a_model_that_knows_users_by_id_has_nothing_for_a_newcomer(name, ratings):
    newcomer = rated({COMEDY_LOVER: COMEDIES[:4]})
    model = fold_in(ZOO[name](n_epochs=1).fit(ratings, silent(ratings)), newcomer)
    assert (model.recommend(newcomer.users.ids, 3, newcomer).movie_ids == NO_MOVIE).all()
