from infra.errors import SnapshotMissing
from pipelines.replaying.comparison import compare


def missing():
    raise SnapshotMissing("no complete `raw` snapshot")


def test_the_same_agrees_and_anything_else_differs():
    assert compare("lists", "all", "ab", lambda: "ab").agrees
    assert not compare("lists", "all", "ab", lambda: "cd").agrees


def test_what_was_not_recorded_cannot_differ():
    comparison = compare("model files", "als", None, lambda: "ab")

    assert comparison.agrees
    assert "not kept" in comparison.as_line()


def test_an_error_is_found_in_words_and_differs():
    comparison = compare("raw files", "raw_tags", "ab", missing)

    assert not comparison.agrees
    assert comparison.as_line().endswith("DIFFERS  SnapshotMissing: no complete `raw` snapshot")


def test_a_row_shows_the_beginning_of_long_hashes():
    assert compare("code", "lock", "a" * 64, lambda: "b" * 64).as_line().split() == [
        *("code", "lock", "a" * 16, "DIFFERS", "b" * 16)
    ]
