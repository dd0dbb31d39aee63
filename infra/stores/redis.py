"""The line to Redis: short patience, and errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from infra.errors import ServerUnreachable

LONGEST_SECONDS = 1.0
"""What keeps a connection from hanging for ever; requests give up long before."""


def connect(address: str, as_text: bool = False) -> Redis:
    """Return a client that tries each command once, and answers with bytes unless `as_text`."""
    return Redis.from_url(
        address,
        decode_responses=as_text,
        socket_timeout=LONGEST_SECONDS,
        socket_connect_timeout=LONGEST_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


@contextmanager
def answering() -> Iterator[None]:
    """Turn a Redis that does not answer into ServerUnreachable."""
    try:
        yield
    except RedisError as error:
        raise ServerUnreachable(
            "Redis does not answer, so this cannot be done now: try again in a few seconds, which is safe"
        ) from error
