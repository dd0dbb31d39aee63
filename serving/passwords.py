"""Passwords, kept as argon2id hashes with the parameters of RFC 9106 for memory-limited machines."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError


class Passwords:
    """Makes and checks hashes, in threads: one takes 64 MiB and some 50 ms, and other requests go on meanwhile."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._nobodys_hash = hasher.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Return whether it is the password of that hash.

        None, for somebody who does not exist, takes as long as a wrong password.
        """
        try:
            await asyncio.to_thread(self._hasher.verify, password_hash or self._nobodys_hash, password)
        except VerifyMismatchError:
            return False
        return password_hash is not None
