import pytest

from serving.app import app

OF_USER = app.openapi()["paths"]["/api/v1/users/{user_id}/recommendations"]["get"]


def parameter(name):
    return next(each for each in OF_USER["parameters"] if each["name"] == name)


def test_every_wish_is_documented_beside_the_id():
    assert [(each["name"], each["in"]) for each in OF_USER["parameters"]] == [
        ("user_id", "path"),
        *((name, "query") for name in ("limit", "offset", "genre", "year_from", "year_to", "exclude_watched")),
    ]
    assert all(each["description"] for each in OF_USER["parameters"])


@pytest.mark.parametrize(
    ("name", "bounds"), [("user_id", (1, 2**63 - 1)), ("limit", (1, 100)), ("year_to", (1870, 2100))]
)
def test_the_documentation_tells_the_bounds(name, bounds):
    schema = parameter(name)["schema"]

    assert (schema["minimum"], schema["maximum"]) == bounds


def test_the_same_query_may_be_right_for_one_id_and_is_wrong_for_another(client):
    statuses = [
        client.get(f"/api/v1/users/{user_id}/recommendations", params={"limit": 3}).status_code
        for user_id in (7, "abc", 8)
    ]

    assert statuses == [200, 422, 200]


def test_of_a_wish_that_comes_twice_the_last_counts(client):
    answer = client.get("/api/v1/users/7/recommendations?limit=3&limit=1")

    assert len(answer.json()["movies"]) == 1


def test_a_wish_nobody_knows_is_left_aside(client):
    assert client.get("/api/v1/users/7/recommendations?colour=red").status_code == 200
