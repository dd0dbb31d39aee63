from datetime import timedelta

import pytest

from tests.publication import NIGHT, POPULAR, publish


def movie_ids(answer):
    return [movie["movie_id"] for movie in answer.json()["movies"]]


def test_a_user_with_a_list_gets_it(client):
    answer = client.get("/api/v1/users/7/recommendations", params={"limit": 3})

    assert answer.status_code == 200
    assert answer.json() == {
        "source": "personal",
        "filled_from": [],
        "genre": None,
        "generation": "2026-11-20T003105Z",
        "generated_at": "2026-11-20T00:31:05Z",
        "is_stale": False,
        "stale_reason": None,
        "movies": [
            {
                "movie_id": 6,
                "title": "Heat",
                "year": 1995,
                "genres": ["Crime", "Thriller"],
                "score": 1.0,
                "rank": 1,
            },
            {"movie_id": 541, "title": "Blade Runner", "year": 1982, "genres": ["Sci-Fi"], "score": 0.5, "rank": 2},
            {
                "movie_id": 1,
                "title": "Toy Story",
                "year": 1995,
                "genres": ["Animation", "Comedy"],
                "score": pytest.approx(1 / 3),
                "rank": 3,
            },
        ],
    }


def test_a_user_without_a_list_gets_the_popular_one(client):
    answer = client.get("/api/v1/users/999999999/recommendations")

    assert answer.status_code == 200
    assert answer.json()["source"] == "popular"
    assert movie_ids(answer) == POPULAR["all"]


def test_a_list_that_is_only_filled_up_is_called_popular(mongodb, start_api):
    publish(mongodb, {7: [541, 1]}, source="popular")

    answer = start_api().get("/api/v1/users/7/recommendations")

    assert answer.json()["source"] == "popular"
    assert movie_ids(answer) == [541, 1, 1214, 6]
    assert answer.json()["filled_from"] == []


def test_a_user_who_has_seen_everything_gets_the_popular_list(mongodb, start_api):
    publish(mongodb, {7: []})

    answer = start_api().get("/api/v1/users/7/recommendations")

    assert answer.json()["source"] == "popular"
    assert movie_ids(answer) == POPULAR["all"]


def test_the_limit_cuts_the_list(client):
    answer = client.get("/api/v1/users/7/recommendations", params={"limit": 2})

    assert movie_ids(answer) == [6, 541]


def test_ten_movies_are_the_default(mongodb, start_api):
    answer = start_api().get("/api/v1/users/7/recommendations")  # before a publication: the list shipped is longer

    assert len(movie_ids(answer)) == 10


@pytest.mark.parametrize(("user_id", "source"), [(7, "personal"), (8, "popular")])
def test_headers_say_the_same_as_the_body(client, user_id, source):
    headers = client.get(f"/api/v1/users/{user_id}/recommendations").headers

    assert headers["X-Reco-Source"] == source
    assert headers["X-Reco-Generation"] == "2026-11-20T003105Z"
    assert headers["X-Reco-Age"] == "3600"


@pytest.mark.parametrize(("hours", "is_stale"), [(36, False), (36.1, True)])
def test_a_generation_is_stale_after_36_hours(mongodb, start_api, hours, is_stale):
    publish(mongodb, {7: [6]})
    client = start_api(now=NIGHT + timedelta(hours=hours))

    assert client.get("/api/v1/users/7/recommendations").json()["is_stale"] is is_stale


def test_before_the_first_publication_the_list_is_the_one_shipped_and_says_so(start_api):
    answer = start_api().get("/api/v1/users/7/recommendations", params={"limit": 1})

    assert answer.status_code == 200
    assert answer.json() == {
        "source": "shipped",
        "filled_from": [],
        "genre": None,
        "generation": None,
        "generated_at": None,
        "is_stale": True,
        "stale_reason": "age",
        "movies": [
            {
                "movie_id": 318,
                "title": "The Shawshank Redemption",
                "year": 1994,
                "genres": ["Crime", "Drama"],
                "score": 1.0,
                "rank": 1,
            }
        ],
    }
    assert answer.headers["X-Reco-Source"] == "shipped"
    assert "X-Reco-Generation" not in answer.headers


@pytest.mark.parametrize(
    "user_id",
    ["0", "-1", "abc", "1.5", "1.0", "+1", "1_000", "%201", "٣", "9" * 19, pytest.param("9" * 5000, id="9...")],
)
def test_an_id_that_is_no_positive_integer_is_refused_in_words(client, user_id):
    answer = client.get(f"/api/v1/users/{user_id}/recommendations")

    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid_request"
    assert answer.json()["detail"].startswith(
        "user_id in the path must be a whole number from 1 to 9223372036854775807, not '"
    )


def test_the_largest_id_is_an_unknown_user(client):
    assert client.get(f"/api/v1/users/{2**63 - 1}/recommendations").json()["source"] == "popular"


@pytest.mark.parametrize("limit", ["0", "101", "-5", "ten", "", "1e1"])
def test_a_limit_outside_1_to_100_is_refused_in_words(client, limit):
    answer = client.get("/api/v1/users/7/recommendations", params={"limit": limit})

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "invalid_request",
        "detail": f"limit in the query must be a whole number from 1 to 100, not '{limit}'",
    }


@pytest.mark.parametrize("limit", [1, 100])
def test_the_ends_of_the_range_are_allowed(client, limit):
    assert client.get("/api/v1/users/7/recommendations", params={"limit": limit}).status_code == 200


def test_everything_that_is_wrong_is_said_at_once(client):
    detail = client.get("/api/v1/users/abc/recommendations", params={"limit": 0}).json()["detail"]

    assert "user_id in the path" in detail
    assert "limit in the query" in detail
