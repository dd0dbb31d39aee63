"""How often passwords may be tried and accounts made.

Counted in Redis for all processes; while it is away, each counts for itself.
"""

import logging
from typing import Any

from limits import RateLimitItem, RateLimitItemPerHour, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import Redis

from infra.errors import TooManyAttempts

PER_ACCOUNT = parse("10 per 15 minutes")
PER_ADDRESS = parse("100 per 15 minutes")

log = logging.getLogger(__name__)


class LoginLimits:
    """Attempts of the last quarter of an hour, by name, whether it exists or not, and by address; registrations too."""

    def __init__(self, redis: Redis, registrations_per_hour: int) -> None:
        self._registrations = RateLimitItemPerHour(registrations_per_hour)
        connections: Any = redis.connection_pool
        storage = RedisStorage(
            "async+redis://", wrap_exceptions=True, implementation="redispy", connection_pool=connections
        )
        self._shared = MovingWindowRateLimiter(storage)
        self._own = MovingWindowRateLimiter(MemoryStorage())

    async def note_attempt(self, name: str, address: str) -> None:
        """Count an attempt, before it is known how it ends; raises TooManyAttempts."""
        for limit, kind, key in ((PER_ADDRESS, "address", address), (PER_ACCOUNT, "account", name)):
            if not await self._is_within(limit, kind, key):
                raise TooManyAttempts("too many attempts: try again in a quarter of an hour", limit.get_expiry())

    async def note_registration(self, address: str) -> None:
        """Count somebody who wants an account; raises TooManyAttempts."""
        if not await self._is_within(self._registrations, "registration", address):
            told = "too many accounts were made from this address: try again in an hour"
            raise TooManyAttempts(told, self._registrations.get_expiry())

    async def forget_attempts(self, name: str) -> None:
        """Count from nothing again for a name, once its password was right."""
        await self._own.clear(PER_ACCOUNT, "account", name)
        try:
            await self._shared.clear(PER_ACCOUNT, "account", name)
        except StorageError as error:
            _note_outage(error)

    async def _is_within(self, limit: RateLimitItem, kind: str, key: str) -> bool:
        try:
            return await self._shared.hit(limit, kind, key)
        except StorageError as error:
            _note_outage(error)
            return await self._own.hit(limit, kind, key)


def _note_outage(error: StorageError) -> None:
    log.warning("Redis does not answer, this process counts attempts for itself: %s", error)
