"""The API's line to Redis."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

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
