from datetime import date

import pytest

from infra.errors import ArchiveBroken
from pipelines.archive_folder import file_hashes, read_archive
from tests.pipelines.written_archives import DAY, RATINGS, write_archive


def read(spark, folder, name):
    [found] = [read for read in read_archive(spark, folder, DAY) if read.file.name == name]
    return found


def texts_by_line(found):
    return {row.line: row.text for row in found.rows.collect()}


@pytest.fixture
def small_parts(spark):
    """Let Spark cut files into parts of 100 bytes."""
    spark.conf.set("spark.sql.files.maxPartitionBytes", 100)
    yield
    spark.conf.unset("spark.sql.files.maxPartitionBytes")


def test_lines_keep_their_number_in_a_file_that_is_read_in_many_parts(spark, tmp_path, small_parts):
    ratings = [f"{user},1,4.0,1260759144" for user in range(1, 301)]
    found = read(spark, write_archive(tmp_path, ratings), "ratings")

    assert found.rows.rdd.getNumPartitions() > 20
    assert texts_by_line(found) == dict(enumerate(ratings, start=2))
    assert found.n_rows == 300


def test_blank_lines_count_but_are_no_rows(spark, tmp_path, small_parts):
    blank_every_third = [line for row in [RATINGS[0]] * 40 for line in (row, "", row)]
    found = read(spark, write_archive(tmp_path, [*blank_every_third, "", ""]), "ratings")

    assert sorted(texts_by_line(found)) == [line for line in range(2, 122) if line % 3 != 0]
    assert found.n_rows == 80


def test_the_last_line_needs_no_end(spark, tmp_path):
    write_archive(tmp_path)
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n7,1,4.0,1260759144\n8,1,5.0,1260759182")

    assert texts_by_line(read(spark, tmp_path, "ratings")) == {2: "7,1,4.0,1260759144", 3: "8,1,5.0,1260759182"}


@pytest.mark.parametrize("header", ["\ufeffuserId,movieId,rating,timestamp", '"userId","movieId","rating","timestamp"'])
def test_a_header_may_have_a_byte_order_mark_or_quotes(spark, tmp_path, header):
    write_archive(tmp_path)
    (tmp_path / "ratings.csv").write_text(f"{header}\n{RATINGS[0]}\n")

    assert texts_by_line(read(spark, tmp_path, "ratings")) == {2: RATINGS[0]}


@pytest.mark.parametrize(
    "content", ["", "\n", "7,1,4.0,1260759144\n", "movieId,userId,rating,timestamp\n", '"userId,movieId\n']
)
def test_another_header_is_said_in_words(spark, tmp_path, content):
    write_archive(tmp_path)
    (tmp_path / "ratings.csv").write_text(content)

    with pytest.raises(
        ArchiveBroken, match=r"ratings\.csv begins with .* instead of 'userId,movieId,rating,timestamp'"
    ):
        read_archive(spark, tmp_path, DAY)


def test_a_folder_without_an_archive_is_said_in_words(spark, tmp_path):
    (tmp_path / "ratings.csv").write_text("")

    with pytest.raises(ArchiveBroken, match=f"{tmp_path} holds neither ratings.csv and movies.csv nor"):
        read_archive(spark, tmp_path, DAY)


def test_ml_1m_is_in_latin_letters_and_has_neither_tags_nor_links(spark, tmp_path):
    (tmp_path / "ratings.dat").write_text("1::73::5::978300760\n")
    (tmp_path / "movies.dat").write_bytes("73::Misérables, Les (1995)::Drama|Musical\n".encode("latin-1"))
    archive = read_archive(spark, tmp_path, DAY)

    assert [(read.file.name, read.n_rows, read.rows.count()) for read in archive] == [
        ("movies", 1, 1),
        ("ratings", 1, 1),
        ("tags", 0, 0),
        ("links", 0, 0),
    ]
    [movie] = archive[0].rows.collect()
    assert (movie.line, movie.movie_id, movie.title, movie.reason) == (1, 73, "Misérables, Les (1995)", None)


def test_ml_10m_is_in_utf_8_and_has_tags(spark, tmp_path):
    (tmp_path / "ratings.dat").write_text("1::73::4.5::978300760\n")
    (tmp_path / "movies.dat").write_text("73::Misérables, Les (1995)::Drama|Musical\n")
    (tmp_path / "tags.dat").write_text('1::73::"très" triste, 1995::978300760\n')

    [tag] = read(spark, tmp_path, "tags").rows.collect()
    assert (tag.line, tag.user_id, tag.movie_id, tag.tag, tag.reason) == (1, 1, 73, '"très" triste, 1995', None)


def test_a_folder_may_have_any_name(spark, tmp_path):
    folder = write_archive(tmp_path / "my ratings {50%} [2].v1")

    assert texts_by_line(read(spark, folder, "ratings")) == dict(enumerate(RATINGS, start=2))


def test_every_file_that_is_read_is_known_by_its_hash(tmp_path):
    hashes = file_hashes(write_archive(tmp_path / "ml-test"), DAY)
    (tmp_path / "ml-test" / "README.txt").write_text("not read")

    assert sorted(hashes) == [f"ml-test/{name}.csv" for name in ("links", "movies", "ratings", "tags")]
    assert file_hashes(tmp_path / "ml-test", DAY) == hashes
    write_archive(tmp_path / "ml-test", RATINGS[:2])
    changed = file_hashes(tmp_path / "ml-test", date(2026, 11, 21))
    assert [name for name in hashes if changed[name] != hashes[name]] == ["ml-test/ratings.csv"]
