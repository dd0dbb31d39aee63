from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from features.movies import catalogue, genre_names, movie_features
from features.ratings import horizon
from infra.tables import MOVIES, RATINGS, RAW_LINKS, RAW_MOVIES, TAGS, TAGS_PER_MOVIE

HORIZON = datetime(2024, 3, 10, tzinfo=UTC)


def ago(**duration):
    return HORIZON - timedelta(**duration)


def tagged(spark, *tags):
    return spark.createDataFrame([(*tag, HORIZON) for tag in tags], TAGS.schema)


def by_movie(rows):
    return {row.movie_id: row for row in rows.collect()}


@pytest.fixture(scope="module")
def movies(spark):
    rows = [
        (1, "Toy Story (1995)", "Animation|Comedy", "movies.csv", 2),
        (2, "Heat (1995)", "Action", "movies.csv", 3),
        (3, "Unseen", "(no genres listed)", "movies.csv", 4),
    ]
    links = [(1, "0114709", 862, "links.csv", 2), (2, "0113277", None, "links.csv", 3)]
    tags = tagged(spark, (1, 1, "pixar"), (1, 1, "fun"), (2, 1, "fun"), (2, 1, "animation"))
    raw_movies, raw_links = (
        spark.createDataFrame(rows, RAW_MOVIES.schema),
        spark.createDataFrame(links, RAW_LINKS.schema),
    )
    return by_movie(catalogue(raw_movies, raw_links, tags))


def test_a_movie_has_its_title_year_and_genres(movies):
    assert (movies[1].title, movies[1].year, movies[1].genres) == ("Toy Story", 1995, ["Animation", "Comedy"])


def test_a_movie_has_the_ids_of_other_sites_where_they_are_known(movies):
    assert [(movies[i].imdb_id, movies[i].tmdb_id) for i in (1, 2, 3)] == [
        ("tt0114709", 862),
        ("tt0113277", None),
        (None, None),
    ]


def test_the_most_used_tag_comes_first(movies):
    assert movies[1].tags == ["fun", "animation", "pixar"]


def test_a_movie_without_year_genres_or_tags_has_none(movies):
    assert (movies[3].title, movies[3].year, movies[3].genres, movies[3].tags) == ("Unseen", None, [], [])


def test_a_movie_keeps_a_bounded_number_of_tags(spark):
    raw_movies = spark.createDataFrame([(1, "Tagged (2000)", "Drama", "movies.csv", 2)], RAW_MOVIES.schema)
    tags = [(1, 1, f"tag {number:02}") for number in range(TAGS_PER_MOVIE + 5)]

    kept = catalogue(raw_movies, spark.createDataFrame([], RAW_LINKS.schema), tagged(spark, *tags)).first().tags

    assert kept == [f"tag {number:02}" for number in range(TAGS_PER_MOVIE)]


@pytest.mark.parametrize(
    ("published", "genres"),
    [("Comedy|Romance", ["Comedy", "Romance"]), ("Animation|Children's", ["Animation", "Children"]), ("", [])],
)
def test_genres_are_split_and_named_as_elsewhere(spark, published, genres):
    assert spark.sql("SELECT 1").select(genre_names(F.lit(published))).first()[0] == genres


@pytest.fixture(scope="module")
def features(spark):
    """Five ratings with a mean of 3: three of movie 1, two of movie 2, none of movie 3."""
    movies = [
        (1, "Toy Story", 1995, ["Animation", "Comedy"], None, None, []),
        (2, "Heat", 2023, ["Film-Noir", "Unheard"], None, None, []),
        (3, "Unseen", None, [], None, None, []),
    ]
    ratings = [
        (1, 1, 4.0, HORIZON),
        (2, 1, 5.0, ago(days=6, hours=23)),
        (3, 1, 3.0, ago(days=7)),
        (1, 2, 2.0, ago(days=365)),
        (2, 2, 1.0, ago(days=364)),
    ]
    tags = tagged(spark, (1, 1, "fun"), (1, 1, "pixar"), (2, 1, "fun"))
    movies, ratings = spark.createDataFrame(movies, MOVIES.schema), spark.createDataFrame(ratings, RATINGS.schema)
    return by_movie(movie_features(movies, ratings, tags, HORIZON))


@pytest.mark.parametrize(("movie_id", "counts"), [(1, (2, 3, 3, 3)), (2, (0, 0, 1, 2)), (3, (0, 0, 0, 0))])
def test_ratings_are_counted_in_windows_that_end_at_the_horizon(features, movie_id, counts):
    row = features[movie_id]

    assert (row.n_ratings_7_days, row.n_ratings_30_days, row.n_ratings_365_days, row.n_ratings) == counts


def test_a_rating_years_after_an_archive_ended_empties_its_windows_and_leaves_the_rest(spark):
    movies = spark.createDataFrame([(n, "Heat", 1995, [], None, None, []) for n in (1, 2)], MOVIES.schema)
    of_archive = [(1, 1, 4.0, ago(days=3_000)), (2, 1, 3.0, ago(days=3_001)), (2, 2, 5.0, ago(days=3_001))]
    ratings = spark.createDataFrame([*of_archive, (1_000_000_000, 2, 2.0, HORIZON)], RATINGS.schema)

    rows = by_movie(movie_features(movies, ratings, tagged(spark, (1, 1, "fun")), horizon(ratings)))

    assert [(rows[n].n_ratings_7_days, rows[n].n_ratings_365_days, rows[n].n_ratings) for n in (1, 2)] == [
        (0, 0, 2),
        (1, 1, 2),
    ]
    assert [rows[n].mean_rating for n in (1, 2)] == [3.5, 3.5]
    assert [rows[n].days_since_first_rating for n in (1, 2)] == [3_001, 3_001]


@pytest.mark.parametrize(("movie_id", "days"), [(1, 7), (2, 365), (3, None)])
def test_the_first_rating_is_so_many_days_old(features, movie_id, days):
    assert features[movie_id].days_since_first_rating == days


@pytest.mark.parametrize(("movie_id", "age"), [(1, 29), (2, 1), (3, None)])
def test_age_counts_years_from_release_to_the_horizon(features, movie_id, age):
    assert features[movie_id].age_years == age


@pytest.mark.parametrize(("movie_id", "mean"), [(1, 4.0), (2, 1.5), (3, None)])
def test_the_mean_is_that_of_a_movies_own_ratings(features, movie_id, mean):
    assert features[movie_id].mean_rating == mean


@pytest.mark.parametrize(("movie_id", "shrunk"), [(1, (12 + 25 * 3) / 28), (2, (3 + 25 * 3) / 27), (3, 3.0)])
def test_the_shrunk_rating_begins_with_25_ratings_at_the_global_mean(features, movie_id, shrunk):
    assert features[movie_id].shrunk_rating == pytest.approx(shrunk)


@pytest.mark.parametrize(("movie_id", "n_tags", "n_taggers"), [(1, 3, 2), (2, 0, 0)])
def test_tags_and_those_who_gave_them_are_counted(features, movie_id, n_tags, n_taggers):
    assert (features[movie_id].n_tags, features[movie_id].n_taggers) == (n_tags, n_taggers)


@pytest.mark.parametrize(
    ("movie_id", "genres"), [(1, {"is_animation", "is_comedy"}), (2, {"is_film_noir"}), (3, set())]
)
def test_every_known_genre_has_a_column(features, movie_id, genres):
    row = features[movie_id].asDict()

    assert {name for name, value in row.items() if name.startswith("is_") and value} == genres
    assert None not in [value for name, value in row.items() if name.startswith("is_")]
