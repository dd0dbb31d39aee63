import numpy as np
import pytest

from infra.tables import GENRES
from models.catalogue import describe
from models.descriptions import TASTE_WEIGHT, WORD_WEIGHT, describe_movies, describe_users
from models.id_map import IdMap


def weights_by_feature(descriptions, row):
    weights = descriptions.weights[[row]].toarray()[0]
    return {int(feature): w for feature, w in zip(descriptions.feature_ids, weights, strict=True) if w}


def genre_id(genre):
    return -1 - GENRES.index(genre)


def test_a_user_is_themselves_and_their_three_favourite_genres():
    favourites = {"Drama": 5, "Comedy": 4, "War": 2, "Western": 2}
    genre_counts = np.array([[favourites.get(genre, 0) for genre in GENRES], np.eye(len(GENRES))[4]], np.float32)

    described = describe_users(IdMap([7, 8]), genre_counts)

    of_drama_lover = {genre_id(genre): TASTE_WEIGHT for genre in ("Drama", "Comedy", "War")}
    assert weights_by_feature(described, 0) == pytest.approx({7: 1, **of_drama_lover})
    assert weights_by_feature(described, 1) == pytest.approx({8: 1, genre_id("Comedy"): TASTE_WEIGHT})


@pytest.fixture
def catalogue():
    """1 and 2 share two words, 3 has one of them, and nothing is said of 4."""
    genres = [["Comedy", "War"], ["Comedy", "War"], ["Comedy"], []]
    return describe([1, 2, 3, 4], [""] * 4, [None] * 4, genres, [[]] * 4)


def test_a_movies_words_have_one_norm_whatever_their_number(catalogue):
    described = describe_movies(catalogue, np.zeros(4, np.bool_))

    norms = np.linalg.norm(described.weights.toarray(), axis=1)
    assert norms.tolist() == pytest.approx([WORD_WEIGHT, WORD_WEIGHT, WORD_WEIGHT, 0])
    comedy, war = -1 - catalogue.word_ids  # the more used first
    assert weights_by_feature(described, 2) == pytest.approx({comedy: WORD_WEIGHT})
    assert weights_by_feature(described, 0)[war] > weights_by_feature(described, 0)[comedy]  # as the rarer


def test_only_a_rated_movie_is_itself(catalogue):
    described = describe_movies(catalogue, np.array([False, True, False, True]))

    assert [{f for f in weights_by_feature(described, row) if f >= 0} for row in range(4)] == [set(), {2}, set(), {4}]
    assert weights_by_feature(described, 3) == {4: 1}


def test_weights_move_to_the_columns_of_other_features(catalogue):
    described = describe_movies(catalogue, np.array([True, True, True, True]))
    features = IdMap(described.feature_ids).union([99, -5])

    moved = described.columns_of(features)

    assert moved.shape == (4, 8)
    for row in range(4):
        weights = dict(zip(features.ids.tolist(), moved[[row]].toarray()[0], strict=True))
        assert {feature: w for feature, w in weights.items() if w} == weights_by_feature(described, row)
