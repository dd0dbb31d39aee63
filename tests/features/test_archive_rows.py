from datetime import UTC, date, datetime

import pytest

from features.archive_lines import CSV
from features.archive_rows import (
    actions_file,
    archive_files,
    parsed,
    refuse_unknown_movies,
    refused_rows,
    usable_movies,
    usable_rows,
)

TODAY = date(2026, 11, 20)
LAST_SECOND = int(datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC).timestamp())
FILES = {file.name: file for file in (*archive_files(TODAY), actions_file(TODAY))}


@pytest.fixture
def rows(spark):
    """Parse lines of a file, numbered from 2 as under a header; bytes stand for text that is no UTF-8."""

    def parse(name, *lines):
        encoded = [line if isinstance(line, bytes) else line.encode() for line in lines]
        numbered = [(number, bytearray(line)) for number, line in enumerate(encoded, start=2)]
        frame = spark.createDataFrame(numbered, "line bigint, text binary")
        return parsed(frame.selectExpr("line", "cast(text AS string) AS text"), FILES[name], CSV)

    return parse


def reasons(rows, name):
    refused = refused_rows(rows, FILES[name], "ml-test").orderBy("line")
    return [(row.line, row.reason) for row in refused.collect()]


def test_a_usable_rating_gets_types_and_says_where_it_stood(rows):
    usable = usable_rows(rows("ratings", "1,31,2.5,1260759144"), FILES["ratings"], "ml-test")

    assert usable.dtypes == list(FILES["ratings"].table.columns.items())
    assert [tuple(row) for row in usable.collect()] == [(1, 31, 2.5, datetime(2009, 12, 14, 2, 52, 24), "ml-test", 2)]


def test_what_a_user_did_may_have_no_rating_and_keeps_its_milliseconds(rows):
    usable = usable_rows(rows("actions", "1000000000,31,watch,,1260759144.125"), FILES["actions"], "mongodb")

    assert usable.dtypes == list(FILES["actions"].table.columns.items())
    happened_at = datetime(2009, 12, 14, 2, 52, 24, 125_000)
    assert [tuple(row) for row in usable.collect()] == [(1_000_000_000, 31, "watch", None, happened_at, "mongodb", 2)]


def test_what_a_user_did_that_cannot_be_used_is_refused_for_its_reason(rows):
    lines = {
        "1000000000,,watch,,1260759144.125": "no movie id",
        "1000000000,31,,,1260759144.125": "no kind",
        "1000000000,31,rating,good,1260759144.125": "rating not a number",
        "1000000000,31,rating,7,1260759144.125": "rating outside 0.5 to 5",
        "1000000000,31,watch,,": "no time",
        f"1000000000,31,watch,,{LAST_SECOND + 1}.000": "in the future",
    }

    assert reasons(rows("actions", *lines), "actions") == list(enumerate(lines.values(), start=2))


def test_a_rating_that_cannot_be_used_is_refused_for_its_reason(rows):
    lines = {
        b"1,31,2.5,1260759144\xff": "broken encoding",
        '1,"31,2.5,1260759144': "broken quoting",
        "1,31,2.5": "too few columns",
        "1,31,2.5,1260759144,": "too many columns",
        ",31,2.5,1260759144": "no user id",
        "1, ,2.5,1260759144": "no movie id",
        "0,31,2.5,1260759144": "id not a positive integer",
        "-1,31,2.5,1260759144": "id not a positive integer",
        "1,31.5,2.5,1260759144": "id not a positive integer",
        "one,31,2.5,1260759144": "id not a positive integer",
        "99999999999999999999,31,2.5,1260759144": "id not a positive integer",
        "1,31,,1260759144": "no rating",
        "1,31,good,1260759144": "rating not a number",
        "1,31,0,1260759144": "rating outside 0.5 to 5",
        "1,31,5.5,1260759144": "rating outside 0.5 to 5",
        "1,31,NaN,1260759144": "rating outside 0.5 to 5",
        "1,31,2.75,1260759144": "rating off the half-star grid",
        "1,31,2.5,": "no time",
        "1,31,2.5,yesterday": "time not a number",
        "1,31,2.5,788918399": "before 1995",
        f"1,31,2.5,{LAST_SECOND + 1}": "in the future",
        "1,31,2.5,9223372036854775807": "in the future",
    }

    assert reasons(rows("ratings", *lines), "ratings") == list(enumerate(lines.values(), start=2))


def test_ratings_at_the_edges_of_what_is_allowed_are_kept(rows):
    edges = rows(
        "ratings", "1,31,0.5,788918400", f"1,32,5,{LAST_SECOND}", '"1","33","4.0","1260759144"', " 1,34,3.5 ,1260759144"
    )

    assert reasons(edges, "ratings") == []


def test_of_rows_with_the_same_key_the_first_line_stays(rows):
    repeated = rows(
        "ratings", "1,31,2.5,1260759144", "1,31,4.0,1260759144", "1,31,2.5,1260759144", "1,31,2.5,1260759145"
    )

    assert reasons(repeated, "ratings") == [(3, "duplicate"), (4, "duplicate")]


def test_a_row_is_no_duplicate_of_one_that_was_refused(rows):
    assert reasons(rows("ratings", "1,31,9,1260759144", "1,31,4.0,1260759144"), "ratings") == [
        (2, "rating outside 0.5 to 5")
    ]


def test_movies_links_and_tags_are_refused_by_rules_of_their_own(rows):
    movies = ["1,Toy Story (1995),Comedy", "2, ,Comedy", ",Jumanji (1995),", "3,No Genres,", "1,Toy Story again,Comedy"]
    links = ["1,0114709,862", "2,,", "3,0113228,x", "4,0113228,-5", "1,0114709,862"]
    tags = [
        "1,31,funny,1260759144",
        "1,31, ,1260759144",
        "1,31,funny,1260759144",
        "1,31,Funny,1260759144",
        "1,31,late,1895219200",
    ]

    assert reasons(rows("movies", *movies), "movies") == [(3, "no title"), (4, "no movie id"), (6, "duplicate")]
    assert reasons(rows("links", *links), "links") == [
        (4, "id not a positive integer"),
        (5, "id not a positive integer"),
        (6, "duplicate"),
    ]
    assert reasons(rows("tags", *tags), "tags") == [(3, "no tag"), (4, "duplicate"), (6, "in the future")]


def test_a_link_may_lack_both_numbers(rows):
    links = usable_rows(rows("links", "1,0114709,862", "2,,"), FILES["links"], "ml-test").orderBy("line").collect()

    assert [(row.imdb_id, row.tmdb_id) for row in links] == [("0114709", 862), (None, None)]


def test_a_rating_of_a_movie_without_a_usable_row_is_refused(rows):
    known = usable_movies(rows("movies", "1,Toy Story (1995),Comedy", "1,Again,Comedy", "2,,Comedy"))
    ratings = rows("ratings", "7,1,2.5,1260759144", "7,2,2.5,1260759144", "7,3,2.5,1260759144", "7,3,9,1260759144")

    assert reasons(refuse_unknown_movies(ratings, known), "ratings") == [
        (3, "unknown movie"),
        (4, "unknown movie"),
        (5, "rating outside 0.5 to 5"),
    ]


def test_a_refused_row_is_kept_as_text_that_can_be_read(rows):
    refused = refused_rows(rows("ratings", b"1,31,2.5,\xff", "1,31,9,1"), FILES["ratings"], "ml-test").orderBy("line")

    assert [tuple(row) for row in refused.collect()] == [
        ("raw_ratings", "ml-test", 2, "broken encoding", "1,31,2.5,\ufffd"),
        ("raw_ratings", "ml-test", 3, "rating outside 0.5 to 5", "1,31,9,1"),
    ]
