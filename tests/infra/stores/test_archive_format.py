from collections import namedtuple

import pytest

from infra.errors import ArchiveBroken, MachineUnfit
from infra.stores import space
from infra.stores.archives import ArchiveStore
from tests.infra.stores.archive_files import MOVIES, RATINGS, SMALL, zipped


@pytest.fixture
def store(tmp_path):
    return ArchiveStore(tmp_path / "archives", "http://127.0.0.1:9")


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "content", [b"", b"<html>login</html>", SMALL[:-30]], ids=["nothing", "a page", "half an archive"]
)
def test_a_file_that_is_no_zip_is_said_to_be_none(store, tmp_path, content):
    (tmp_path / "mine.zip").write_bytes(content)

    with pytest.raises(ArchiveBroken, match=r"mine.zip is no zip"):
        store.fetch(str(tmp_path / "mine.zip"))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"ml-1m/ratings.dat": "", "ml-1m/movies.csv": ""},
        {"a/ratings.csv": "", "b/ratings.csv": "", "movies.csv": ""},
    ],
    ids=["empty", "half of either format", "ratings twice"],
)
def test_a_zip_of_another_form_is_said_to_be_so(store, tmp_path, files):
    (tmp_path / "mine.zip").write_bytes(zipped(files))

    with pytest.raises(ArchiveBroken, match=r"mine.zip is not of MovieLens' form: it must hold ratings.csv"):
        store.fetch(str(tmp_path / "mine.zip"))


def test_only_the_files_we_read_are_unpacked(store, tmp_path):
    (tmp_path / "ml-10m.zip").write_bytes(
        zipped({f"ml-10M100K/{name}": name for name in ("ratings.dat", "movies.dat", "tags.dat", "split_ratings.sh")})
    )

    folder = store.extract(tmp_path / "ml-10m.zip", tmp_path / "unpacked")

    assert folder == tmp_path / "unpacked" / "ml-10m"
    assert files_in(folder) == ["movies.dat", "ratings.dat", "tags.dat"]
    assert (folder / "ratings.dat").read_text() == "ratings.dat"


def test_unpacking_again_replaces_what_was_there(store, tmp_path):
    (tmp_path / "mine.zip").write_bytes(zipped({"ratings.csv": "old", "movies.csv": "", "tags.csv": ""}))
    store.extract(tmp_path / "mine.zip", tmp_path / "unpacked")
    (tmp_path / "mine.zip").write_bytes(zipped({"ratings.csv": "new", "movies.csv": ""}))

    folder = store.extract(tmp_path / "mine.zip", tmp_path / "unpacked")

    assert (folder / "ratings.csv").read_text() == "new"
    assert files_in(folder) == ["movies.csv", "ratings.csv"]
    assert files_in(tmp_path / "unpacked") == ["mine"]


def test_no_member_is_written_outside_the_folder(store, tmp_path):
    (tmp_path / "evil.zip").write_bytes(zipped({"../../ratings.csv": RATINGS, "/tmp/movies.csv": MOVIES}))

    folder = store.extract(tmp_path / "evil.zip", tmp_path / "a" / "b" / "unpacked")

    assert files_in(folder) == ["movies.csv", "ratings.csv"]
    assert files_in(tmp_path) == ["a", "evil.zip"]
    assert files_in(tmp_path / "a") == ["b"]


def test_a_damaged_member_leaves_nothing_behind(store, tmp_path):
    (tmp_path / "mine.zip").write_bytes(SMALL.replace(b"964982703", b"964982704"))

    with pytest.raises(ArchiveBroken, match=r"mine.zip is damaged \(Bad CRC"):
        store.extract(tmp_path / "mine.zip", tmp_path / "unpacked")

    assert files_in(tmp_path / "unpacked") == []


def test_unpacking_asks_for_room_first(store, tmp_path, monkeypatch):
    (tmp_path / "mine.zip").write_bytes(SMALL)
    full_disk = namedtuple("usage", "total used free")(100, 100, 0)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: full_disk)

    with pytest.raises(MachineUnfit, match=r"unpacking mine.zip needs"):
        store.extract(tmp_path / "mine.zip", tmp_path / "unpacked")

    assert files_in(tmp_path / "unpacked") == []
