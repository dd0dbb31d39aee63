import numpy as np
import pytest

from models import two_stage
from models.explanation import explain
from models.ratings import Ratings
from models.two_stage import AlsCatboost, Ensemble
from models.zoo import ZOO
from tests.catalogues import silent

USER, STRANGER = 5, 10**6
N_MOVIES = 50


@pytest.fixture(scope="module")
def ratings():
    """Forty users who rated fifteen of the first forty movies each, in an order of their own."""
    chance = np.random.default_rng(5)
    rows = [
        (user, movie, 1 + (user + day) % 9 / 2, (user + day) * 86_400)
        for user in range(40)
        for day, movie in enumerate(chance.choice(40, 15, replace=False))
    ]
    return Ratings.of(*zip(*rows, strict=True), np.arange(N_MOVIES))


@pytest.fixture(scope="module")
def fitted(ratings):
    """Every model, with a ranker however little there is to learn from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_stage, "MIN_CHOSEN", 1)
        yield {name: model().fit(ratings, silent(ratings)) for name, model in ZOO.items()}


@pytest.mark.parametrize("name", ZOO)
def test_every_model_tells_the_rank_and_the_score_of_each_movie_it_lists(name, fitted, ratings):
    lists = fitted[name].recommend(np.array([USER]), 20, ratings)

    for place in (0, 7, 19):
        told = explain(fitted[name], USER, lists.movie_ids[0, place], ratings)
        assert told.rank == place + 1
        assert told.score == pytest.approx(lists.scores[0, place], rel=1e-6)


@pytest.mark.parametrize("name", ["blend", "als_catboost", "ials_catboost", "ensemble"])
def test_contributions_and_the_base_add_up_to_the_score(name, fitted, ratings):
    best = fitted[name].recommend(np.array([USER]), 1, ratings).movie_ids[0, 0]

    told = explain(fitted[name], USER, best, ratings)

    assert sum(each.contribution for each in told.contributions) + told.base == pytest.approx(told.score, abs=1e-6)
    sizes = [abs(each.contribution) for each in told.contributions]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0


def test_a_feature_is_shown_with_the_value_the_ranker_saw(fitted, ratings):
    best = fitted["ensemble"].recommend(np.array([USER]), 1, ratings).movie_ids[0, 0]

    told = explain(fitted["ensemble"], USER, best, ratings)

    values = {each.feature: each.value for each in told.contributions}
    assert values["user_n_ratings"] == 15
    assert values["movie_n_ratings"] == np.bincount(ratings.movie_index)[best]
    assert values["als_rank"] == next(each.rank for each in told.opinions if each.source == "als")


def test_each_source_tells_where_it_has_the_movie(fitted, ratings):
    model = fitted["ensemble"]
    movie = model.stage_one.models["ease"].recommend(np.array([USER]), 3, ratings).movie_ids[0, 2]

    told = {each.source: each for each in explain(model, USER, movie, ratings).opinions}

    assert told.keys() == model.stage_one.models.keys()
    assert (told["ease"].rank, told["ease"].proposes) == (3, True)


def test_a_movie_that_no_source_has_among_its_first_is_no_candidate(ratings):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_stage, "MIN_CHOSEN", 1)
        model = AlsCatboost(n_candidates=5, n_trees=5).fit(ratings, silent(ratings))
    seventh = model.stage_one.models["als"].recommend(np.array([USER]), 7, ratings).movie_ids[0, 6]

    told = explain(model, USER, seventh, ratings)

    assert (told.rank, told.score, told.n_ranked, told.contributions) == (None, None, 5, ())
    (als,) = told.opinions
    assert (als.rank, als.proposes) == (7, False)


def test_a_movie_the_user_has_rated_is_ranked_by_no_model(fitted, ratings):
    rated = ratings.movies.ids[ratings.movie_index[ratings.user_index == USER]][0]

    for model in fitted.values():
        told = explain(model, USER, rated, ratings)
        assert (told.rank, [each.rank for each in told.opinions if each.rank]) == (None, [])


def test_without_a_history_a_two_stage_model_explains_the_blend_it_lists_by(ratings):
    model = Ensemble(n_trees=5).fit(ratings, silent(ratings))
    lists = model.recommend(np.array([STRANGER]), 1, ratings)

    told = explain(model, STRANGER, lists.movie_ids[0, 0], ratings)

    assert told.rank == 1
    assert {each.feature for each in told.contributions} == {f"{name}_rank" for name in model.stage_one.models}
    assert sum(each.contribution for each in told.contributions) == pytest.approx(told.score, abs=1e-6)


def test_a_model_with_nothing_to_say_ranks_nothing(fitted, ratings):
    told = explain(fitted["als"], STRANGER, 3, ratings)

    assert (told.rank, told.n_ranked, told.score) == (None, 0, None)
