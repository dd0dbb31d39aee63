from pymongo import MongoClient

from infra.local import replica_set, servers
from infra.settings import MongodbSettings
from tests.conftest import free_port


def test_transactions_work(mongodb):
    with MongoClient(mongodb.address) as client, client.start_session() as session:
        with session.start_transaction():
            client[mongodb.database].lists.insert_one({"_id": 1}, session=session)
        assert client[mongodb.database].lists.count_documents({}) == 1


def test_initiating_again_changes_nothing(mongodb):
    with MongoClient(mongodb.address) as client:
        before = client.admin.command("replSetGetConfig")["config"]

        replica_set.initiate(mongodb.port)

        assert client.admin.command("replSetGetConfig")["config"] == before


def test_data_that_was_served_at_another_port_is_taken_over(start, tmp_path):
    old, new = MongodbSettings(port=free_port()), MongodbSettings(port=free_port())
    process = start(servers.mongodb(old, tmp_path))
    with MongoClient(old.address) as client:
        client[old.database].lists.insert_one({"_id": 1})
    process.terminate()
    process.wait()

    start(servers.mongodb(new, tmp_path))

    with MongoClient(new.address) as client:
        client[new.database].lists.insert_one({"_id": 2})
        assert client[new.database].lists.count_documents({}) == 2
