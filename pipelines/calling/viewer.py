"""Somebody with an account at the API."""

import asyncio
from typing import Any

import httpx

from pipelines.calling.calls import Call, call

ACCOUNTS = "/api/v1/auth"
NO_ANSWER = "no answer"


class Viewer:
    """An account and its first profile. What it does arrives in the order it was asked for."""

    def __init__(self, client: httpx.AsyncClient, name: str, password: str) -> None:
        self._client = client
        self._proof = {"name": name, "password": password}
        self._tokens: dict[str, Any] = {}
        self._turn = asyncio.Lock()

    async def sign_in(self) -> str | None:
        """Register, or log in where the account exists; return None, or why that was refused."""
        signed_in = await self._open("register", self._proof)
        if signed_in.status == httpx.codes.CONFLICT:
            signed_in = await self._open("login", self._proof)
        return refusal(signed_in)

    async def rate(self, movie_id: int, rating: float) -> Call:
        """Rate a movie, with new tokens when the access token has expired."""
        async with self._turn:
            rated = await self._rate(movie_id, rating)
            if rated.status != httpx.codes.UNAUTHORIZED:
                return rated
            renewed = await self._open("refresh", {"refresh_token": self._tokens["refresh_token"]})
            if refusal(renewed):
                await self.sign_in()
            return await self._rate(movie_id, rating)

    async def _rate(self, movie_id: int, rating: float) -> Call:
        headers = {"Authorization": f"Bearer {self._tokens['access_token']}"}
        address = f"/api/v1/ratings/{movie_id}"
        return await call(self._client, "PUT", address, json={"rating": rating}, headers=headers)

    async def _open(self, how: str, given: dict[str, str]) -> Call:
        answered = await call(self._client, "POST", f"{ACCOUNTS}/{how}", json=given)
        if answered.answer and answered.answer.is_success:
            self._tokens = answered.answer.json()
        return answered


def refusal(called: Call) -> str | None:
    """Return the kind of error that a call ended with, NO_ANSWER where none came, None where all is well."""
    if called.answer is None:
        return NO_ANSWER
    return None if called.answer.is_success else str(called.answer.json()["error"])
