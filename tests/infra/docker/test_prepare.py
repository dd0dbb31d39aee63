from minio import Minio
from pymongo import MongoClient

from infra.docker.prepare import prepare


def test_the_stores_are_ready_and_preparing_again_changes_nothing(mongodb, objects):
    prepare(mongodb, objects)
    prepare(mongodb, objects)

    with MongoClient(mongodb.address) as client:
        assert client.admin.command("hello")["isWritablePrimary"]
        assert list(client[mongodb.database]["generations"].index_information()) == ["_id_", "state_1__id_-1"]
        assert list(client[mongodb.database]["accounts"].index_information()) == ["_id_", "name_1"]
    secret = objects.secret_key.get_secret_value()
    assert Minio(f"127.0.0.1:{objects.port}", objects.access_key, secret, secure=False).bucket_exists(objects.bucket)
