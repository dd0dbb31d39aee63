from functools import partial

import pytest
from pymongo import MongoClient

from infra.errors import NoGeneration, NotInCatalogue
from infra.stores.list_records import Place, read_list_record
from infra.stores.mongodb import read_once
from tests.publication import ALIEN, HEAT, NIGHT, TOY_STORY, publish


@pytest.fixture
def read(mongodb):
    def read(user_id, movie):
        its_list = partial(read_list_record, user_id=user_id, movie_id=movie["movie_id"])
        return read_once(mongodb.address, mongodb.database, its_list)

    return read


def test_a_movie_has_its_place_in_the_list_with_its_score_and_source(mongodb, read):
    publish(mongodb, {7: [6, 1]}, source="ease")

    assert read(7, HEAT).place == Place(1, 1.0, "ease")
    assert read(7, TOY_STORY).place == Place(2, 0.5, "ease")
    assert read(7, ALIEN).place is None


def test_what_fills_a_list_up_has_a_source_of_its_own(mongodb, read):
    generation = publish(mongodb, {7: [6, 1]})
    with MongoClient(mongodb.address) as client:
        lists = client[mongodb.database][f"user_recommendations_{generation}"]
        lists.update_one({"_id": 7}, {"$set": {"sources": {"als": 1, "popular": 1}}})

    assert [read(7, movie).place.source for movie in (HEAT, TOY_STORY)] == ["als", "popular"]


def test_someone_without_a_list_has_a_record_all_the_same(mongodb, read):
    publish(mongodb, {7: [6]})

    record = read(8, HEAT)

    assert (record.ranked, record.place, record.movie.title) == (None, None, "Heat")
    assert record.model == record.generation.model


def test_a_list_made_after_its_generation_names_its_own_model(mongodb, read):
    generation = publish(mongodb, {7: [6]})
    with MongoClient(mongodb.address) as client:
        lists = client[mongodb.database][f"user_recommendations_{generation}"]
        lists.update_one({"_id": 7}, {"$set": {"generated_at": NIGHT, "model": {"name": "ease", "version": 9}}})

    record = read(7, HEAT)

    assert record.is_renewed
    assert (record.model.name, record.model.version) == ("ease", 9)


def test_before_the_first_publication_there_is_no_record(read):
    with pytest.raises(NoGeneration, match="nobody has a list"):
        read(7, HEAT)


def test_a_movie_of_no_catalogue_is_said_to_be_unknown(mongodb, read):
    generation = publish(mongodb, {7: [6]})

    with pytest.raises(NotInCatalogue, match=f"no movie 999999 in the catalogue of generation {generation}"):
        read(7, {"movie_id": 999_999})
