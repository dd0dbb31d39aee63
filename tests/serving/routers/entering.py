"""How people come in, and stay."""

from fastapi.testclient import TestClient
from httpx2 import Response

from tests.serving.people import PASSWORD


def log_in(client: TestClient, name: str, password: str = PASSWORD) -> Response:
    """Come in by name and password."""
    return client.post("/api/v1/auth/login", json={"name": name, "password": password})


def refresh(client: TestClient, tokens: dict[str, str]) -> Response:
    """Ask for new tokens in place of these."""
    return client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
