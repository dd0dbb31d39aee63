import pytest
from fastapi.testclient import TestClient

from serving.app import app
from tests.serving.documentation import examples


@pytest.mark.parametrize(
    ("method", "address", "status", "kind"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/movies/popular/", 404, "not_found"),
        ("GET", "/api/v1/users/7", 404, "not_found"),
        ("DELETE", "/api/v1/movies/6", 405, "method_not_allowed"),
    ],
)
def test_an_address_that_is_not_there_is_told_like_every_error(client, method, address, status, kind):
    answer = client.request(method, address)

    assert answer.status_code == status
    assert answer.json()["error"] == kind
    assert f"{method} {address}" in answer.json()["detail"]


def test_a_long_impossible_value_is_quoted_in_part(client):
    detail = client.get(f"/api/v1/users/{'x' * 3000}/recommendations").json()["detail"]

    assert len(detail) < 200


def test_a_refused_method_comes_with_those_allowed(client):
    assert client.delete("/api/v1/movies/6").headers["Allow"] == "GET"


def test_a_mistake_of_the_api_is_told_like_every_error_and_can_be_found_in_the_log(client, monkeypatch):
    monkeypatch.setattr(app.state, "stores", "a mistake")
    from_outside = TestClient(app, raise_server_exceptions=False)

    answer = from_outside.get("/api/v1/users/7/recommendations", headers={"X-Request-ID": "checkout-17"})

    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "checkout-17")
    assert answer.json() in examples("/api/v1/users/{user_id}/recommendations", "500")
