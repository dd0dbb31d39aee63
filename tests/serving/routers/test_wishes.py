"""What callers may wish of a list."""

import pytest

from tests.publication import publish
from tests.serving.routers.shown import OF_USER, movie_ids, told


def test_pages_follow_each_other(client):
    whole = told(client, limit=4)

    first, second = told(client, limit=2), told(client, limit=2, offset=2)

    assert first["movies"] + second["movies"] == whole["movies"]
    assert [movie["rank"] for movie in second["movies"]] == [3, 4]


def test_a_page_says_where_its_own_movies_come_from(client):
    assert told(client, limit=4)["filled_from"] == [{"rank": 4, "source": "popular"}]
    assert (told(client, limit=1, offset=3)["source"], told(client, limit=1, offset=3)["filled_from"]) == (
        "popular",
        [],
    )


def test_behind_the_end_there_is_nothing(client):
    assert movie_ids(told(client, offset=1000)) == []


def test_only_the_wanted_genre_is_shown_and_filled_up_from_its_list(client):
    answer = told(client, genre="Sci-Fi")

    assert movie_ids(answer) == [541, 1214]
    assert (answer["source"], answer["filled_from"]) == ("personal", [{"rank": 2, "source": "genre"}])


def test_a_genre_the_own_list_has_none_of_is_answered_from_its_list(client):
    assert told(client, genre="Sci-Fi", offset=1)["genre"] == "Sci-Fi"


@pytest.mark.parametrize(
    ("years", "shown"),
    [
        ({"year_from": 1995}, [6, 1]),
        ({"year_to": 1982}, [541, 1214]),
        ({"year_from": 1980, "year_to": 1990}, [541]),
        ({"year_from": 2000}, []),
    ],
)
def test_only_movies_of_the_wanted_years_are_shown(client, years, shown):
    assert movie_ids(told(client, **years)) == shown


def test_movies_whose_year_is_not_known_are_of_no_wanted_year(mongodb, start_api):
    publish(mongodb, {7: [999]})
    client = start_api()

    assert movie_ids(told(client, limit=1)) == [999]
    assert 999 not in movie_ids(told(client, year_from=1870))


def test_wishes_hold_for_lists_of_movies_and_popular_ones(client):
    assert movie_ids(told(client, "/api/v1/movies/541/recommendations", genre="Comedy")) == [1]
    assert movie_ids(told(client, "/api/v1/movies/popular", year_to=1990)) == [1214, 541]


@pytest.mark.parametrize("address", [OF_USER, "/api/v1/movies/541/recommendations"])
def test_an_unknown_genre_is_a_404_everywhere(client, address):
    answer = client.get(address, params={"genre": "Sience"})

    assert answer.status_code == 404
    assert "the genres are Comedy, Crime, Sci-Fi" in answer.json()["detail"]


def test_movies_that_the_catalogue_does_not_know_are_left_out(mongodb, start_api):
    publish(mongodb, {7: [12345, 6]})

    assert movie_ids(told(start_api()))[0] == 6
