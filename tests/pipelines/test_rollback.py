import pytest
from pymongo import MongoClient

from infra.errors import NoGeneration
from pipelines import rollback
from tests.publication import publish


@pytest.fixture(autouse=True)
def configured(mongodb, configure):
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)


def test_it_says_which_generation_was_left_and_which_is_in_force(mongodb, capsys):
    first, second = publish(mongodb, users={7: [6]}), publish(mongodb, users={7: [541]})

    rollback.main()

    assert capsys.readouterr().out == f"rolled back from generation {second} to {first}\n"


def test_the_reason_is_kept_with_the_generation(mongodb):
    publish(mongodb, users={}), publish(mongodb, users={})

    rollback.main("lists look odd")

    with MongoClient(mongodb.address) as client:
        [left] = client[mongodb.database].generations.find({"state": "retired"})
    assert left["why"].endswith("lists look odd")


def test_with_nothing_to_return_to_it_says_so(mongodb):
    publish(mongodb, users={})

    with pytest.raises(NoGeneration, match="nothing to return to"):
        rollback.main()
