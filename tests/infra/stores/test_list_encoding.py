import struct
from array import array
from operator import itemgetter

import bson
import numpy as np
import pytest
from bson.int64 import Int64

from infra.stores.list_encoding import StoredLists, decode_lists, encode_lists, joined


def stored(ids, movie_ids, scores, fingerprints=None, **n_by_source):
    counts = {source: np.array(n_movies) for source, n_movies in n_by_source.items()}
    marks = np.zeros(len(ids)) if fingerprints is None else fingerprints
    lists = np.array(movie_ids), np.array(scores, np.float32)
    return StoredLists(np.array(ids), *lists, counts, np.array(marks, np.uint64))


def decoded(*lists, **n_by_source):
    encoded = encode_lists(stored(*lists, **n_by_source))
    documents = sorted((bson.decode(document.raw) for document in encoded), key=itemgetter("_id"))
    return [unpacked(document) for document in documents]


def unpacked(document):
    movie_ids, scores = array("i", document["movie_ids"]), array("f", document["scores"])
    return {**document, "movie_ids": movie_ids.tolist(), "scores": scores.tolist()}


def test_a_list_is_the_document_that_bson_itself_would_write():
    [encoded] = encode_lists(stored([7], [[50, 60]], [[0.75, -1.5]], [2**64 - 2], als=[2]))

    document = {
        "_id": 7,
        "movie_ids": struct.pack("<2i", 50, 60),
        "scores": struct.pack("<2f", 0.75, -1.5),
        "fingerprint": Int64(-2),
        "sources": {"als": 2},
    }
    assert encoded.raw == bson.encode(document)


def test_lists_come_back_from_their_documents():
    lists = stored(
        [1, 2], [[5, 6, -1], [6, 7, 8]], [[2, 1, -np.inf], [3, 2, 1]], [9, 2**63 + 1], als=[2, 1], popular=[0, 2]
    )

    back = decode_lists(sorted((bson.decode(each.raw) for each in encode_lists(lists)), key=itemgetter("_id")), n=3)

    for field in ("ids", "movie_ids", "scores", "fingerprints"):
        assert getattr(back, field).tolist() == getattr(lists, field).tolist()
    assert {source: n.tolist() for source, n in back.n_by_source.items()} == {"als": [2, 1], "popular": [0, 2]}


def test_a_list_renewed_since_has_no_fingerprint_and_may_be_longer_than_asked():
    back = decode_lists([{"_id": 1, "movie_ids": [5, 6], "scores": [2.0, 1.0], "sources": {"als": 2}}], n=1)

    assert (back.movie_ids.tolist(), back.scores.tolist(), back.fingerprints.tolist()) == ([[5]], [[2]], [0])


def test_lists_of_two_origins_are_joined_by_id():
    both = joined(stored([2], [[5]], [[0.5]], [7], als=[1]), stored([1, 3], [[6], [8]], [[1], [2]], popular=[1, 1]))

    assert (both.ids.tolist(), both.movie_ids.tolist(), both.fingerprints.tolist()) == (
        [1, 2, 3],
        [[6], [5], [8]],
        [0, 7, 0],
    )
    assert {source: n.tolist() for source, n in both.n_by_source.items()} == {"als": [0, 1, 0], "popular": [1, 0, 1]}


def test_every_number_lands_in_its_place():
    movie_ids = np.arange(1, 301).reshape(3, 100)
    scores = np.linspace(1, -1, 300, dtype=np.float32).reshape(3, 100)

    documents = decoded([1, 2, 3], movie_ids, scores, als=[100, 100, 100])

    assert [document["_id"] for document in documents] == [1, 2, 3]
    assert [document["movie_ids"] for document in documents] == movie_ids.tolist()
    assert [document["scores"] for document in documents] == scores.tolist()


def test_ids_of_users_may_have_64_bits_and_those_of_movies_32():
    [document] = decoded([2**62], [[1, 2**31 - 1]], [[0.5, 0.25]], als=[2])

    assert (document["_id"], document["movie_ids"]) == (2**62, [1, 2**31 - 1])
    with pytest.raises(ValueError, match="the movie id 2147483648 does not fit"):
        decoded([1], [[1, 2**31]], [[0.5, 0.25]], als=[2])


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
