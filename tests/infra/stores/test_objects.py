import pytest
from minio import Minio

from infra.errors import ServerUnreachable
from infra.settings import ObjectsSettings
from infra.stores.objects import ObjectStore
from tests.conftest import free_port


def buckets(settings):
    client = Minio(
        settings.address.removeprefix("http://"),
        access_key=settings.access_key,
        secret_key=settings.secret_key.get_secret_value(),
        secure=False,
    )
    return [bucket.name for bucket in client.list_buckets()]


def test_a_bucket_is_made_once(objects):
    assert objects.bucket not in buckets(objects)

    ObjectStore(objects).ensure_bucket()
    ObjectStore(objects).ensure_bucket()

    assert buckets(objects).count(objects.bucket) == 1


def test_a_server_that_is_gone_is_named():
    settings = ObjectsSettings(port=free_port())

    with pytest.raises(ServerUnreachable, match=f"the S3 server at {settings.address} does not answer"):
        ObjectStore(settings).ensure_bucket()
