"""People who use the API in tests."""

from collections.abc import Mapping
from typing import Any

from fastapi.testclient import TestClient

PASSWORD = "correct horse battery"


class Person:
    """Someone who registered, and asks for things with an access token."""

    def __init__(self, client: TestClient, name: str) -> None:
        self._client = client
        registered = client.post("/api/v1/auth/register", json={"name": name, "password": PASSWORD})
        assert registered.status_code == 201, registered.text
        self.name = name
        self.tokens = registered.json()
        self.user_id = self.tokens["profiles"][0]["user_id"]

    def ask(self, method: str, address: str, body: Any = None, headers: Mapping[str, str] | None = None):
        """Return the answer to a request of this person."""
        proof = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        return self._client.request(method, f"/api/v1{address}", json=body, headers={**proof, **(headers or {})})
