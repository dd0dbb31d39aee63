"""The S3 server that holds model artifacts."""

from urllib.parse import urlsplit

from minio import Minio
from urllib3 import PoolManager
from urllib3.exceptions import MaxRetryError

from infra.errors import ServerUnreachable
from infra.settings import ObjectsSettings

REGION = "us-east-1"  # servers that are not Amazon's have no regions, but requests are signed for one
TIMEOUT_SECONDS = 10.0


class ObjectStore:
    """The bucket the settings name."""

    def __init__(self, settings: ObjectsSettings) -> None:
        self._address = settings.address
        address = urlsplit(settings.address)
        self._bucket = settings.bucket
        self._client = Minio(
            address.netloc,
            access_key=settings.access_key,
            secret_key=settings.secret_key.get_secret_value(),
            secure=address.scheme == "https",
            region=REGION,
            http_client=PoolManager(timeout=TIMEOUT_SECONDS, retries=1),
        )

    def ensure_bucket(self) -> None:
        """Create the bucket unless it is there; safe to repeat.

        Raises ServerUnreachable when the server does not answer.
        """
        try:
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket)
        except MaxRetryError as error:
            raise ServerUnreachable(
                f"the S3 server at {self._address} does not answer ({error.reason}): start it with `make up`"
            ) from None
