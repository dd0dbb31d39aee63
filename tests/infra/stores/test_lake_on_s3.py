"""A lake on a real S3 server, as training and publication read it; Spark, which writes it, has no S3 client here."""

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from minio import Minio

from infra.errors import SnapshotMissing
from infra.stores.lake import Lake
from infra.stores.manifest import Manifest, TableRecord
from infra.stores.objects import ObjectStore
from infra.tables import Layer, Table

USERS = Table("users", {"user_id": "bigint"}, key=("user_id",))
LAYER = Layer("test", (USERS,))
DAY = date(2026, 11, 16)


@pytest.fixture
def lake(objects, monkeypatch):
    ObjectStore(objects).ensure_bucket()
    monkeypatch.setenv("AWS_ENDPOINT_URL", objects.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", objects.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", objects.secret_key.get_secret_value())
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return Lake(f"s3a://{objects.bucket}/lake")


@pytest.fixture
def put(objects):
    """Put an object into the bucket."""
    address = objects.address.removeprefix("http://")
    client = Minio(address, objects.access_key, objects.secret_key.get_secret_value(), secure=False)
    return lambda name, content: client.put_object(objects.bucket, name, io.BytesIO(content), len(content))


def parquet(rows):
    file = io.BytesIO()
    pq.write_table(rows, file)
    return file.getvalue()


def test_a_snapshot_is_read_by_the_address_that_spark_knows(lake, put):
    manifest = Manifest(
        "test", str(DAY), "first", "commit", {}, {"users": TableRecord(2, USERS.columns, "00")}, [], None
    )
    put(f"lake/test/{DAY}/first/users/part-0.parquet", parquet(pa.table({"user_id": [7, 9]})))
    put(f"lake/test/{DAY}/manifest.json", manifest.to_json().encode())

    snapshot = lake.open(LAYER)

    assert snapshot.snapshot_date == DAY
    assert snapshot.read_arrow(USERS)["user_id"].to_pylist() == [7, 9]
    assert snapshot.location(USERS) == f"{lake.root}/test/{DAY}/first/users"
    assert lake.root.startswith("s3a://")


def test_an_empty_lake_says_what_is_missing(lake):
    with pytest.raises(SnapshotMissing, match="no complete `test` snapshot of any date in s3a://"):
        lake.open(LAYER)
