import asyncio
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from infra.errors import TooManyAttempts
from infra.stores.redis import connect
from serving.login_limits import LoginLimits

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


@asynccontextmanager
async def limits(address):
    async with connect(address, as_text=True) as redis:
        yield LoginLimits(redis, registrations_per_hour=3)


async def n_heard(limits, names, address="10.0.0.1"):
    """Return how many attempts were heard before the first that was not."""
    for number, name in enumerate(names):
        try:
            await limits.note_attempt(name, address)
        except TooManyAttempts:
            return number
    return len(names)


@pytest.mark.parametrize("is_there", [True, False], ids=["redis", "redis is away"])
def test_ten_attempts_are_heard_for_one_name_from_wherever_they_come(redis, is_there):
    async def scenario():
        async with limits(redis.address if is_there else NOBODY_LISTENS) as counted:
            assert await n_heard(counted, ["ada"] * 9, "10.0.0.1") == 9
            assert await n_heard(counted, ["ada"] * 9, "10.0.0.2") == 1
            assert await n_heard(counted, ["eve"], "10.0.0.2") == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("is_there", [True, False], ids=["redis", "redis is away"])
def test_a_hundred_attempts_are_heard_from_one_address_whatever_the_names(redis, is_there):
    async def scenario():
        async with limits(redis.address if is_there else NOBODY_LISTENS) as counted:
            assert await n_heard(counted, [f"name{number}" for number in range(150)]) == 100
            assert await n_heard(counted, ["name0"], "10.0.0.2") == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("is_there", [True, False], ids=["redis", "redis is away"])
def test_attempts_are_forgotten_for_the_name_but_not_for_the_address(redis, is_there):
    async def scenario():
        async with limits(redis.address if is_there else NOBODY_LISTENS) as counted:
            for _ in range(10):
                assert await n_heard(counted, ["ada"] * 10) == 10
                await counted.forget_attempts("ada")
            assert await n_heard(counted, ["ada"]) == 0

    asyncio.run(scenario())


def test_two_processes_count_together(redis):
    async def scenario():
        async with limits(redis.address) as one, limits(redis.address) as other:
            assert await n_heard(one, ["ada"] * 10) == 10
            assert await n_heard(other, ["ada"]) == 0

    asyncio.run(scenario())


def test_attempts_leave_redis_by_themselves(redis):
    async def scenario():
        async with limits(redis.address) as counted:
            await counted.note_attempt("ada", "10.0.0.1")
        async with Redis.from_url(redis.address) as client:
            lifetimes = [await client.ttl(key) for key in await client.keys()]
        assert len(lifetimes) == 2
        assert all(0 < seconds <= 15 * 60 for seconds in lifetimes)

    asyncio.run(scenario())


@pytest.mark.parametrize("is_there", [True, False], ids=["redis", "redis is away"])
def test_from_one_address_only_so_many_accounts_are_made_in_an_hour(redis, is_there):
    async def scenario():
        async with limits(redis.address if is_there else NOBODY_LISTENS) as counted:
            for _ in range(3):
                await counted.note_registration("10.0.0.1")
            with pytest.raises(TooManyAttempts, match="too many accounts were made from this address"):
                await counted.note_registration("10.0.0.1")
            await counted.note_registration("10.0.0.2")

    asyncio.run(scenario())
