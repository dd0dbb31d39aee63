import numpy as np
import pytest

from models.ranker import NOT_CHOSEN_PER_USER, load, predict, telling, train

PARAMETERS = {"iterations": 20, "depth": 3, "learning_rate": 0.3, "random_seed": 1}


@pytest.fixture
def user():
    return np.repeat(np.arange(50), 8)


@pytest.fixture
def features(user):
    """The second feature says who chooses what; the first only differs between users, the third is unknown."""
    chance = np.random.default_rng(7)
    return np.column_stack([user, chance.random(len(user)), np.full(len(user), np.nan)]).astype(np.float32)


@pytest.fixture
def chosen(features):
    return features[:, 1] > 0.8


def test_chosen_pairs_score_above_the_others(features, chosen, user):
    scores = predict(load(train(features, chosen, user, **PARAMETERS)), features)

    assert scores[features[:, 1] > 0.85].min() > scores[features[:, 1] < 0.75].max()
    assert scores.dtype == np.float32


def test_what_only_tells_users_apart_is_not_learned(features, user):
    of_some_users = np.repeat(np.arange(50) % 2 == 0, 8)  # each chooses all or nothing

    scores = predict(load(train(features, of_some_users, user, **PARAMETERS)), features)

    assert np.ptp(scores) == pytest.approx(0, abs=1e-6)


def test_the_same_seed_gives_the_same_scores_bit_for_bit(features, chosen, user):
    first, second = (predict(load(train(features, chosen, user, **PARAMETERS)), features) for _ in range(2))

    np.testing.assert_array_equal(first, second)


def test_no_pairs_have_no_scores(features, chosen, user):
    model = load(train(features, chosen, user, **PARAMETERS))

    assert predict(model, features[:0]).shape == (0,)


def test_all_chosen_and_some_others_are_learned_from_of_users_who_chose():
    user = np.repeat([0, 1], 2_000)
    chosen = np.zeros(4_000, np.bool_)
    chosen[:10] = True

    kept = telling(chosen, user, seed=1)

    assert kept[:10].all()
    assert kept[10:2_000].sum() == pytest.approx(NOT_CHOSEN_PER_USER, rel=0.3)
    assert not kept[2_000:].any()
