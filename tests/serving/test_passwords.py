import asyncio

from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from serving.passwords import Passwords


class WatchedHasher(PasswordHasher):
    """A real hasher, small so that tests are fast, which notes what it verified."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified = []

    def verify(self, stored, password):
        self.verified.append((extract_parameters(stored), password))
        return super().verify(stored, password)


def test_a_password_matches_its_own_hash_only():
    async def scenario():
        passwords = Passwords(WatchedHasher())
        stored = await passwords.hash("correct horse")
        assert "correct" not in stored
        assert await passwords.matches(stored, "correct horse")
        assert not await passwords.matches(stored, "wrong horse")

    asyncio.run(scenario())


def test_for_nobody_the_same_work_is_done_as_for_a_wrong_password():
    async def scenario():
        hasher = WatchedHasher()
        passwords = Passwords(hasher)
        stored = await passwords.hash("correct horse")
        assert not await passwords.matches(stored, "a guess")
        assert not await passwords.matches(None, "a guess")
        somebody, nobody = hasher.verified
        assert somebody == nobody

    asyncio.run(scenario())


def test_stored_hashes_are_argon2id_with_the_memory_that_rfc_9106_asks_for():
    stored = asyncio.run(Passwords(PasswordHasher()).hash("correct horse"))

    parameters = extract_parameters(stored)
    assert (parameters.type, parameters.memory_cost, parameters.time_cost) == (Type.ID, 65_536, 3)
