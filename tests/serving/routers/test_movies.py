import pytest

from infra.tables import GENRES
from tests.publication import POPULAR, publish


def movie_ids(answer):
    return [movie["movie_id"] for movie in answer.json()["movies"]]


def test_a_movie_with_a_list_gets_its_neighbours(client):
    answer = client.get("/api/v1/movies/541/recommendations")

    assert answer.status_code == 200
    assert answer.json()["source"] == "similar"
    assert movie_ids(answer)[:2] == [1214, 1]
    assert answer.json()["filled_from"] == [{"rank": 3, "source": "popular"}]  # Sci-Fi has no other
    assert answer.headers["X-Reco-Source"] == "similar"


def test_a_movie_without_a_list_gets_the_best_of_its_first_genre_that_has_any(client):
    answer = client.get("/api/v1/movies/1214/recommendations")  # Horror has no list, Sci-Fi has

    assert (answer.json()["source"], answer.json()["genre"]) == ("genre", "Sci-Fi")
    assert movie_ids(answer) == [541, 6, 1]  # without itself, and with popular ones behind
    assert answer.json()["filled_from"] == [{"rank": 2, "source": "popular"}]


def test_a_movie_without_a_list_and_without_genres_gets_the_popular_list(client):
    answer = client.get("/api/v1/movies/999/recommendations")

    assert answer.json()["source"] == "popular"
    assert movie_ids(answer) == POPULAR["all"]


def test_a_list_that_is_only_filled_up_is_called_after_its_genre(mongodb, start_api):
    publish(mongodb, {}, {541: [1214, 6]}, source="genre")

    answer = start_api().get("/api/v1/movies/541/recommendations")

    assert (answer.json()["source"], answer.json()["genre"]) == ("genre", "Sci-Fi")
    assert movie_ids(answer) == [1214, 6, 1]


@pytest.mark.parametrize("address", ["/api/v1/movies/12345", "/api/v1/movies/12345/recommendations"])
def test_an_unknown_movie_is_a_404_that_says_so(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert answer.json() == {
        "error": "not_found",
        "detail": "no movie 12345 in the catalogue of generation 2026-11-20T003105Z",
    }


@pytest.mark.parametrize("address", ["/api/v1/movies/x1", "/api/v1/movies/0/recommendations"])
def test_an_impossible_movie_is_a_422_that_says_so(client, address):
    answer = client.get(address)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("movie_id in the path must be a whole number from 1 to ")


def test_a_movie_is_shown_as_the_catalogue_has_it(client):
    assert client.get("/api/v1/movies/6").json() == {
        "movie_id": 6,
        "title": "Heat",
        "year": 1995,
        "genres": ["Crime", "Thriller"],
        "imdb_id": "tt0000001",
        "tmdb_id": None,
    }


def test_popular_movies_are_those_of_all_genres(client):
    answer = client.get("/api/v1/movies/popular")

    assert (answer.json()["source"], answer.json()["genre"]) == ("popular", None)
    assert movie_ids(answer) == POPULAR["all"]
    assert [movie["rank"] for movie in answer.json()["movies"]] == [1, 2, 3, 4]


def test_popular_movies_of_a_genre(client):
    answer = client.get("/api/v1/movies/popular", params={"genre": "Sci-Fi", "limit": 1})

    assert (answer.json()["source"], answer.json()["genre"]) == ("genre", "Sci-Fi")
    assert movie_ids(answer) == [1214]


@pytest.mark.parametrize("genre", ["Sience", "sci-fi", "all", ""])
def test_an_unknown_genre_is_a_404_that_lists_the_genres(client, genre):
    answer = client.get("/api/v1/movies/popular", params={"genre": genre})

    assert answer.status_code == 404
    assert answer.json() == {
        "error": "not_found",
        "detail": f"no movie is of the genre '{genre}'; the genres are Comedy, Crime, Sci-Fi",
    }


@pytest.mark.parametrize("address", ["/api/v1/movies/6/recommendations", "/api/v1/movies/popular"])
def test_before_the_first_publication_lists_are_those_the_api_is_shipped_with(start_api, address):
    answer = start_api().get(address)

    assert (answer.status_code, answer.json()["source"]) == (200, "shipped")
    assert movie_ids(answer)[:3] == [318, 858, 2959]


@pytest.mark.parametrize("genre", GENRES)
def test_before_the_first_publication_every_genre_has_movies(start_api, genre):
    answer = start_api().get("/api/v1/movies/popular", params={"genre": genre})

    assert answer.json()["source"] == "shipped"
    assert all(genre in movie["genres"] for movie in answer.json()["movies"])
    assert answer.json()["movies"]


def test_before_the_first_publication_a_movie_is_a_404_that_gives_the_reason(start_api):
    answer = start_api().get("/api/v1/movies/6")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "no movie 6 yet: no generation has been read, so the catalogue is empty"
