import pytest


@pytest.mark.parametrize(
    ("method", "address", "status", "kind"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
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
