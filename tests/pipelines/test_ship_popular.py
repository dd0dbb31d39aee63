import json

from infra.stores.ranked_movies import Movie, RankedMovies
from infra.stores.recommendations import Generation
from infra.tables import GENRES
from pipelines import ship_popular
from pipelines.ship_popular import FILE, choose, write
from tests.publication import publish


def movie(movie_id):
    return Movie(movie_id, f"Movie {movie_id}", 1995, ["Drama"], None, None)


def ranked(*movie_ids):
    return RankedMovies(list(movie_ids), [1.0] * len(movie_ids))


def test_the_best_of_all_come_first_then_two_of_each_genre_and_each_movie_once():
    popular = {"all": ranked(*range(1, 31)), "Western": ranked(3, 40, 41), "Drama": ranked(50, 51)}
    generation = Generation("2026-11-20T003105Z", None, {n: movie(n) for n in range(1, 60)}, popular)

    assert [each.movie_id for each in choose(generation)] == [*range(1, 21), 50, 51, 40]


def test_what_is_written_has_no_ratings(tmp_path):
    write([movie(1)], tmp_path / "shipped.json")

    [written] = json.loads((tmp_path / "shipped.json").read_text())
    assert written.keys() == {"movie_id", "title", "year", "genres", "imdb_id", "tmdb_id"}


def test_the_file_is_written_from_the_generation_in_force(mongodb, configure, monkeypatch, tmp_path):
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)
    monkeypatch.setattr(ship_popular, "FILE", tmp_path / "shipped.json")
    publish(mongodb, users={})

    ship_popular.main()

    assert [each["movie_id"] for each in json.loads((tmp_path / "shipped.json").read_text())] == [1214, 6, 541, 1]


def test_what_is_shipped_is_small_and_has_movies_of_every_genre():
    shipped = json.loads(FILE.read_text())

    assert len(shipped) <= 60
    assert {genre for each in shipped for genre in each["genres"]} == set(GENRES)
