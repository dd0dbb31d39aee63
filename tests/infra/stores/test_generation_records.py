from datetime import timedelta
from functools import partial

import pytest
from pymongo import MongoClient

from infra.errors import NoGeneration
from infra.stores.generation_records import read_generation
from infra.stores.mongodb import read_once
from tests.publication import NIGHT, publish


@pytest.fixture
def read(mongodb):
    def read(snapshot_date=None):
        return read_once(mongodb.address, mongodb.database, partial(read_generation, snapshot_date=snapshot_date))

    return read


def test_the_newest_generation_of_a_date_is_read_unless_it_was_refused(mongodb, read):
    first, second, third = (publish(mongodb, {7: [6]}, began_at=NIGHT + timedelta(hours=hour)) for hour in range(3))
    with MongoClient(mongodb.address) as client:
        generations = client[mongodb.database].generations
        generations.update_one({"_id": third}, {"$set": {"state": "refused"}})
        generations.update_one({"_id": first}, {"$set": {"snapshot_date": "2026-11-19"}})

    assert [read().id, read("2026-11-20").id, read("2026-11-19").id] == [second, second, first]


def test_of_a_date_that_was_never_published_there_is_none(mongodb, read):
    publish(mongodb, {7: [6]})

    with pytest.raises(NoGeneration, match="no generation of the snapshot of 2026-11-18 was ever published"):
        read("2026-11-18")


def test_a_generation_of_before_inputs_were_kept_has_none(mongodb, read):
    generation = publish(mongodb, {7: [6]})
    with MongoClient(mongodb.address) as client:
        gone = {"inputs": "", "lists_hash": ""}
        client[mongodb.database].generations.update_one({"_id": generation}, {"$unset": gone})

    record = read()

    assert (record.inputs, record.lists_hash, record.model.name) == (None, None, "als")
