import bson
import numpy as np

from infra.stores.list_encoding import encode_lists


def decoded(ids, movie_ids, scores, **n_by_source):
    counts = {source: np.array(n_movies) for source, n_movies in n_by_source.items()}
    encoded = encode_lists(np.array(ids), np.array(movie_ids), np.array(scores, np.float32), counts)
    return sorted((bson.decode(document.raw) for document in encoded), key=lambda document: document["_id"])


def test_a_list_is_the_document_that_bson_itself_would_write():
    lists = np.array([[50, 60]]), np.array([[0.75, -1.5]], np.float32), {"als": np.array([2])}

    [encoded] = encode_lists(np.array([7]), *lists)

    document = {"_id": 7, "movie_ids": [50, 60], "scores": [0.75, -1.5], "sources": {"als": 2}}
    assert encoded.raw == bson.encode(document)


def test_every_number_lands_in_its_place():
    movie_ids = np.arange(1, 301).reshape(3, 100)
    scores = np.linspace(1, -1, 300, dtype=np.float32).reshape(3, 100)

    documents = decoded([1, 2, 3], movie_ids, scores, als=[100, 100, 100])

    assert [document["_id"] for document in documents] == [1, 2, 3]
    assert [document["movie_ids"] for document in documents] == movie_ids.tolist()
    assert [document["scores"] for document in documents] == scores.tolist()


def test_ids_may_be_as_large_as_64_bits_allow():
    [document] = decoded([2**62], [[1, 2**63 - 1]], [[0.5, 0.25]], als=[2])

    assert (document["_id"], document["movie_ids"]) == (2**62, [1, 2**63 - 1])


def test_padding_is_left_out_and_sources_are_counted_per_list():
    documents = decoded(
        [1, 2, 3], [[5, 6, -1], [6, 7, 8], [-1, -1, -1]], np.ones((3, 3)), als=[2, 1, 0], popular=[0, 2, 0]
    )

    assert [document["movie_ids"] for document in documents] == [[5, 6], [6, 7, 8], []]
    assert [document["sources"] for document in documents] == [{"als": 2}, {"als": 1, "popular": 2}, {}]


def test_scores_that_are_not_finite_stay_as_they_are():
    [document] = decoded([1], [[5, 6, 7]], [[np.nan, np.inf, -np.inf]], als=[3])

    assert np.isnan(document["scores"][0])
    assert document["scores"][1:] == [np.inf, -np.inf]


def test_no_lists_are_no_documents():
    assert decoded(np.zeros(0, int), np.zeros((0, 3), int), np.zeros((0, 3)), als=np.zeros(0, int)) == []
