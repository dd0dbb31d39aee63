"""The documentation shows what the API really answers."""

import pytest

from serving.action_examples import REVIEW_ID
from tests.serving.documentation import ADDRESSES, SCHEMA, examples
from tests.serving.people import PASSWORD, Person


@pytest.mark.parametrize("described", ADDRESSES.values(), ids=lambda described: described["operationId"])
def test_every_address_says_what_it_is_for(described):
    assert described["description"]


@pytest.mark.parametrize("described", ADDRESSES.values(), ids=lambda described: described["operationId"])
def test_every_parameter_is_described(described):
    assert all(parameter["description"] for parameter in described.get("parameters", []))


@pytest.mark.parametrize("name", SCHEMA["components"]["schemas"])
def test_every_field_is_described(name):
    fields = SCHEMA["components"]["schemas"][name].get("properties", {})

    assert [field for field, told in fields.items() if not told.get("description")] == []


@pytest.mark.parametrize(
    "body", [described["requestBody"] for described in ADDRESSES.values() if "requestBody" in described]
)
def test_everything_that_is_sent_has_an_example(body):
    name = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    fields = SCHEMA["components"]["schemas"][name]["properties"]

    assert [field for field, told in fields.items() if not told.get("examples")] == []


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        (path, method, status)
        for (path, method), described in ADDRESSES.items()
        for status in described["responses"]
        if (path, status) != ("/health/live", "200") and status not in ("204", "304")
    ],
)
def test_every_answer_has_an_example(path, method, status):
    assert examples(path, status, method)


@pytest.mark.parametrize(
    ("path", "status", "request_path"),
    [
        ("/api/v1/users/{user_id}/recommendations", "422", "/api/v1/users/abc/recommendations"),
        ("/api/v1/users/{user_id}/recommendations", "422", "/api/v1/users/7/recommendations?limit=101"),
        ("/api/v1/movies/{movie_id}/recommendations", "422", "/api/v1/movies/-5/recommendations"),
        ("/api/v1/movies/{movie_id}/recommendations", "404", "/api/v1/movies/999999999/recommendations"),
        ("/api/v1/movies/{movie_id}", "404", "/api/v1/movies/999999999"),
        ("/api/v1/movies/{movie_id}", "422", "/api/v1/movies/-5"),
        ("/api/v1/why", "404", "/api/v1/why?user_id=7&movie_id=999999999"),
        ("/api/v1/why", "401", "/api/v1/why?user_id=1000000000&movie_id=6"),
        ("/api/v1/why", "422", "/api/v1/why?user_id=abc&movie_id=6"),
        ("/api/v1/why", "422", "/api/v1/why?user_id=7"),
        ("/api/v1/movies/popular", "422", "/api/v1/movies/popular?limit=101"),
        ("/api/v1/movies/popular", "422", "/api/v1/movies/popular?offset=-1"),
        ("/api/v1/movies/popular", "422", "/api/v1/movies/popular?year_from=95"),
        ("/api/v1/movies/popular", "422", "/api/v1/movies/popular?year_from=1995&year_to=1990"),
        (
            "/api/v1/users/{user_id}/recommendations",
            "422",
            "/api/v1/users/7/recommendations?exclude_watched=maybe",
        ),
    ],
)
def test_an_example_of_an_error_is_what_the_api_answers(client, path, status, request_path):
    answer = client.get(request_path)

    assert str(answer.status_code) == status
    assert answer.json() in examples(path, status)


@pytest.mark.parametrize(
    ("path", "method", "request_path", "body", "headers", "status"),
    [
        ("/api/v1/auth/register", "post", "", {"name": "eve", "password": "short"}, {}, 422),
        ("/api/v1/auth/register", "post", "", {"name": "ada", "password": PASSWORD}, {}, 409),
        ("/api/v1/auth/login", "post", "", {"name": "ada"}, {}, 422),
        ("/api/v1/auth/login", "post", "", {"name": "ada", "password": "a wrong guess"}, {}, 401),
        ("/api/v1/auth/refresh", "post", "", {"refresh_token": "used.up"}, {}, 401),
        ("/api/v1/auth/account", "delete", "", {}, {}, 422),
        ("/api/v1/profiles", "post", "", {"name": " "}, {}, 422),
        ("/api/v1/watched", "post", "", {}, {}, 422),
        ("/api/v1/watched", "post", "", {"movie_id": 999999999}, {}, 404),
        ("/api/v1/watched", "post", "", {"movie_id": 6}, {"X-Profile": "7"}, 403),
        ("/api/v1/watched", "post", "", {"movie_id": 6}, {"Authorization": ""}, 401),
        ("/api/v1/ratings/{movie_id}", "put", "/api/v1/ratings/6", {"rating": 4.7}, {}, 422),
        ("/api/v1/reviews/{movie_id}", "put", "/api/v1/reviews/6", {"text": ""}, {}, 422),
        ("/api/v1/reports/{review_id}", "put", f"/api/v1/reports/{REVIEW_ID}", {"reason": "rude"}, {}, 404),
        ("/api/v1/movies/{movie_id}/reviews", "get", "/api/v1/movies/-5/reviews", None, {}, 422),
        ("/api/v1/admin/reports", "get", "", None, {}, 403),
        ("/api/v1/why", "get", "/api/v1/why?user_id=1999999999&movie_id=6", None, {}, 403),
    ],
)
def test_an_example_of_a_refusal_is_what_somebody_with_an_account_is_told(
    client, path, method, request_path, body, headers, status
):
    ada = Person(client, "ada")

    answer = ada.ask(method, (request_path or path).removeprefix("/api/v1"), body, headers)

    assert answer.status_code == status
    assert answer.json() in examples(path, str(status), method)


@pytest.mark.parametrize(
    ("path", "request_path"),
    [
        ("/api/v1/users/{user_id}/recommendations", "/api/v1/users/7/recommendations"),
        ("/api/v1/users/{user_id}/recommendations", "/api/v1/users/8/recommendations"),
        ("/api/v1/movies/{movie_id}/recommendations", "/api/v1/movies/541/recommendations"),
        ("/api/v1/movies/{movie_id}/recommendations", "/api/v1/movies/1214/recommendations"),
        ("/api/v1/movies/popular", "/api/v1/movies/popular?genre=Comedy"),
    ],
)
def test_an_example_of_a_list_has_the_source_and_the_fields_of_a_real_one(client, path, request_path):
    answer = client.get(request_path).json()

    example = next(example for example in examples(path, "200") if example["source"] == answer["source"])
    assert example.keys() == {name for name, told in answer.items() if told is not None}  # OpenAPI leaves out nulls
    assert example["movies"][0].keys() == answer["movies"][0].keys()


def test_the_example_of_a_why_without_a_worker_is_what_the_api_answers_then(client):
    answer = client.get("/api/v1/why?user_id=7&movie_id=6").json()

    example = next(each for each in examples("/api/v1/why", "200") if "reasons_missing" in each)
    assert example.keys() == {name for name, told in answer.items() if told is not None}  # OpenAPI leaves out nulls
    assert example["reasons_missing"] == answer["reasons_missing"]
    assert example["generation"].keys() == answer["generation"].keys()


def test_the_headers_of_a_list_are_documented(client):
    described = SCHEMA["paths"]["/api/v1/users/{user_id}/recommendations"]["get"]["responses"]["200"]["headers"]

    assert {name.lower() for name in described} <= client.get("/api/v1/users/7/recommendations").headers.keys()
