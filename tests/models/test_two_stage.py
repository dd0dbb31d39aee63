import json
from dataclasses import replace

import numpy as np
import pytest

from models import two_stage
from models.blend import Blend
from models.catalogue import describe
from models.ratings import Ratings
from models.recommender import NO_MOVIE
from models.splits import split_by_user
from models.two_stage import AlsCatboost, Ensemble, IalsCatboost

N_USERS, N_MOVIES = 200, 60
NEW = np.arange(40, 60)
"""The movies of this year: everyone's last two ratings are among them, and hardly any before."""


@pytest.fixture(scope="module")
def ratings():
    chance = np.random.default_rng(3)
    rows = [
        (user, movie, 3 + day % 5 / 2, (user + 10 * day) * 86_400)
        for user in range(N_USERS)
        for day, movie in enumerate([*chance.choice(44, 8, replace=False), *chance.choice(NEW[4:], 2, replace=False)])
    ]
    return Ratings.of(*zip(*rows, strict=True), np.arange(N_MOVIES + 5))


@pytest.fixture(scope="module")
def catalogue(ratings):
    n = len(ratings.movies)
    years = [2023 if movie in NEW else 1980 for movie in ratings.movies.ids]
    return describe(ratings.movies.ids, [""] * n, years, [[]] * n, [[]] * n)


@pytest.fixture(scope="module", params=[AlsCatboost, IalsCatboost, Ensemble])
def fitted(request, ratings, catalogue):
    return request.param(n_trees=20).fit(ratings, catalogue)


def test_what_users_chose_of_the_candidates_comes_first(fitted, ratings):
    ranked = fitted.recommend(ratings.users.ids, 5, ratings)
    blended = fitted.stage_one.blend(ratings.users.ids, 5, ratings)

    assert np.isin(ranked.movie_ids, NEW).mean() > max(0.9, np.isin(blended.movie_ids, NEW).mean() + 0.1)


def test_the_ranker_knows_of_later_ratings_only_that_they_were_made(ratings, catalogue):
    later = split_by_user(ratings).test
    is_later = np.isin(ratings.user_index * 1_000 + ratings.movie_index, later.user_index * 1_000 + later.movie_index)
    otherwise = replace(
        ratings,
        rating=np.where(is_later, 0.5, ratings.rating).astype(np.float32),
        rated_at=ratings.rated_at + is_later * 10**8,
    )

    first, second = (AlsCatboost(n_trees=5).fit(told, catalogue) for told in (ratings, otherwise))

    second.stage_one, second.movies = first.stage_one, first.movies  # what is left is what the ranker learned
    lists = [model.recommend(ratings.users.ids, 5, ratings) for model in (first, second)]
    np.testing.assert_array_equal(lists[0].scores, lists[1].scores)


def test_lists_go_on_behind_the_candidates_without_gaps(ratings, catalogue):
    model = AlsCatboost(n_candidates=10, n_trees=5).fit(ratings, catalogue)

    lists = model.recommend(ratings.users.ids, 80, ratings)

    n_unseen = len(ratings.movies) - 10
    assert (np.count_nonzero(lists.movie_ids != NO_MOVIE, axis=1) == n_unseen).all()
    assert all(len(set(row)) == n_unseen for row in lists.movie_ids[:, :n_unseen].tolist())
    assert (np.diff(lists.scores[:, :n_unseen]) <= 0).all()
    candidates = model.candidates(ratings.users.ids[:1], ratings)
    assert set(lists.movie_ids[0, :10]) == set(ratings.movies.ids[candidates.movie])


def test_a_rated_movie_is_never_recommended(fitted, ratings):
    lists = fitted.recommend(ratings.users.ids, 80, ratings)

    seen = {*zip(ratings.users.ids[ratings.user_index], ratings.movies.ids[ratings.movie_index], strict=True)}
    assert seen.isdisjoint((u, m) for u, row in zip(ratings.users.ids, lists.movie_ids, strict=True) for m in row)


def test_a_list_does_not_depend_on_who_else_is_asked_for(monkeypatch, fitted, ratings):
    together = fitted.recommend(ratings.users.ids, 10, ratings)
    monkeypatch.setattr(two_stage, "USERS_PER_BLOCK", 7)

    np.testing.assert_allclose(fitted.recommend(ratings.users.ids, 10, ratings).scores, together.scores, rtol=1e-5)


def test_a_model_with_trees_is_restored_from_json_and_finite_arrays(fitted, ratings):
    assert fitted.trees.size
    assert all(np.isfinite(array).all() for array in fitted.arrays().values())

    restored = type(fitted).restore(json.loads(json.dumps(fitted.parameters())), fitted.arrays())

    lists = [model.recommend(ratings.users.ids, 10, ratings) for model in (fitted, restored)]
    np.testing.assert_array_equal(lists[0].movie_ids, lists[1].movie_ids)
    np.testing.assert_array_equal(lists[0].scores, lists[1].scores)


def test_where_hardly_anything_was_chosen_stage_one_orders(ratings, catalogue):
    few = ratings.where(ratings.user_index < 50)

    model = AlsCatboost().fit(few, catalogue)

    assert not model.trees.size
    lists, alone = model.recommend(few.users.ids, 10, few), model.stage_one.blend(few.users.ids, 10, few)
    np.testing.assert_array_equal(lists.movie_ids, alone.movie_ids)


def test_a_stranger_gets_what_stage_one_has_for_strangers(ratings, catalogue):
    stranger = np.array([10**6])
    ensemble, blend = (model.fit(ratings, catalogue) for model in (Ensemble(n_trees=5), Blend()))

    assert ensemble.recommend(stranger, 5, ratings).movie_ids.tolist() == (
        blend.recommend(stranger, 5, ratings).movie_ids.tolist()
    )


def test_only_so_many_users_are_learned_from(monkeypatch, ratings, catalogue):
    monkeypatch.setattr(two_stage, "MOST_TRAINING_USERS", 100)  # too few to choose MIN_CHOSEN

    assert not AlsCatboost(n_trees=5).fit(ratings, catalogue).trees.size
