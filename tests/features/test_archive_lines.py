import pytest
from pyspark.sql import functions as F

from features.archive_lines import COLONS, COLONS_LATIN, CSV, decoded, split_fields, unquoted


@pytest.fixture
def fields(spark):
    """Take lines apart into the texts of `n` fields, None where quoting is broken."""

    def take_apart(lines, dialect=CSV, n=3):
        rows = spark.createDataFrame([(line,) for line in lines], "line string")
        split = split_fields(F.col("line"), dialect, n)
        texts = F.transform(split, lambda field: unquoted(field, dialect))
        return [row.texts for row in rows.select(texts.alias("texts")).collect()]

    return take_apart


def test_a_line_without_quotes_is_cut_at_its_commas(fields):
    assert fields(["1,Toy Story (1995),Comedy", "1,,", ",,"]) == [
        ["1", "Toy Story (1995)", "Comedy"],
        ["1", "", ""],
        ["", "", ""],
    ]


def test_a_quoted_field_keeps_its_commas_and_one_of_two_quotes(fields):
    assert fields(['11,"American President, The (1995)",Drama', '7,"11\'09""01, a ""film""",""', '"1",""",""",x']) == [
        ["11", "American President, The (1995)", "Drama"],
        ["7", '11\'09"01, a "film"', ""],
        ["1", '","', "x"],
    ]


def test_quotes_that_do_not_pair_around_a_field_are_broken(fields):
    lines = [
        '1,"Toy Story,Comedy',
        '1,Toy Story",Comedy',
        '1,"Toy" Story,Comedy',
        '1,Toy "Story",Comedy',
        '1,"Toy ""Story",Comedy"',
        '1,"""",Comedy,"',
    ]

    assert fields(lines) == [None] * len(lines)


def test_a_field_too_many_or_too_few_shows_in_the_length(fields):
    lengths = [len(texts) for texts in fields(["1,2", "1,2,3", "1,2,3,4", '"1,2",3', '"1",2,3,4', ""])]

    assert lengths == [2, 3, 4, 2, 4, 1]


def test_a_hostile_line_of_quotes_costs_neither_the_stack_nor_hours(fields):
    pairs = '""' * 200_000

    assert fields([f'1,"{pairs}",x']) == [["1", '"' * 200_000, "x"]]
    assert fields([f'1,"{pairs},x', "," * 300_000 + '"']) == [None, None]


def test_colons_separate_and_quotes_mean_nothing_in_the_older_form(fields):
    assert fields(['1::"Great" Movie: Part 2, The::Drama'], COLONS) == [["1", '"Great" Movie: Part 2, The', "Drama"]]


def test_an_older_archive_in_latin_letters_is_read_as_such(spark):
    rows = spark.createDataFrame([(bytearray("Misérables".encode("latin-1")),)], "line binary")

    assert rows.select(decoded(F.col("line").cast("string"), COLONS_LATIN)).first()[0] == "Misérables"
