import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from infra.stores.stored_order import is_in_order

KEY = ("user_id", "movie_id")


@pytest.fixture
def stored(tmp_path):
    """Tell whether files of (user_id, movie_id), named as they come, are in order."""

    def tell(*files):
        for name, rows in zip("abc", files, strict=False):
            users, movies = zip(*rows, strict=True) if rows else ((), ())
            columns = {"user_id": pa.array(users, pa.int64()), "movie_id": pa.array(movies, pa.int64())}
            pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
        (tmp_path / "_SUCCESS").touch()
        return is_in_order(fs.LocalFileSystem(), str(tmp_path), KEY)

    return tell


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([[(1, 1), (1, 2), (2, 1)]], id="one file"),
        pytest.param([[(3, 1), (3, 9)], [(1, 5), (2, 1)]], id="files named in another order"),
        pytest.param([[(1, 1), (1, 2)], [(1, 3)]], id="a user in two files"),
        pytest.param([[(7, 7)]], id="a single row"),
        pytest.param([[(1, 1)], []], id="an empty file"),
        pytest.param([[]], id="no rows"),
    ],
)
def test_rows_are_in_order(stored, files):
    assert stored(*files)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([[(1, 1), (1, 1)]], id="a row twice"),
        pytest.param([[(1, 1), (1, 2)], [(1, 2), (1, 3)]], id="a row twice, in two files"),
        pytest.param([[(1, 2), (1, 1)]], id="a movie before a lower one"),
        pytest.param([[(2, 1), (1, 2)]], id="a user before a lower one"),
        pytest.param([[(1, 1), (3, 1)], [(2, 1)]], id="files whose rows lie between each other"),
        pytest.param([[(1, 1), (1, None), (2, 1)]], id="a row without a movie"),
        pytest.param([[(None, None)]], id="a single row without anything"),
    ],
)
def test_rows_are_not_in_order(stored, files):
    assert not stored(*files)


def test_texts_have_an_order_too(tmp_path):
    pq.write_table(pa.table({"kind": ["rating", "watch"], "user_id": [2, 1]}), tmp_path / "a.parquet")
    assert is_in_order(fs.LocalFileSystem(), str(tmp_path), ("kind", "user_id"))
    assert not is_in_order(fs.LocalFileSystem(), str(tmp_path), ("user_id",))
