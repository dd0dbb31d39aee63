import hashlib
import os
import socket

import httpx
import pytest

from infra.errors import ArchiveBroken, ArchiveUnavailable, MachineUnfit
from infra.stores import archives, downloads
from infra.stores.archives import ArchiveStore
from tests.infra.stores.archive_files import MOVIES, RATINGS, SMALL, zipped
from tests.infra.stores.published_files import PublishedFiles

BIG = zipped({"ml-25m/ratings.csv": RATINGS, "ml-25m/movies.csv": MOVIES, "ml-25m/scores.bin": os.urandom(3_000_000)})


@pytest.fixture
def publisher():
    with PublishedFiles() as published:
        yield published


@pytest.fixture
def store(tmp_path, publisher):
    return ArchiveStore(tmp_path / "archives", publisher.url)


@pytest.fixture
def nobody(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening, so a connection is refused
        yield ArchiveStore(tmp_path / "archives", f"http://127.0.0.1:{taken.getsockname()[1]}")


@pytest.fixture(autouse=True)
def nobody_waits_long(monkeypatch):
    monkeypatch.setattr(downloads, "PAUSES_SECONDS", (0, 0, 0))
    monkeypatch.setattr(archives, "REACH_SECONDS", 0.5)


def kept_in(store_folder):
    return sorted(path.name for path in store_folder.iterdir())


def test_an_archive_is_downloaded_whole_and_kept(store, publisher, tmp_path):
    publisher.publish("ml-latest-small.zip", SMALL)

    archive = store.fetch("ml-latest-small")

    assert archive == tmp_path / "archives" / "ml-latest-small.zip"
    assert archive.read_bytes() == SMALL
    assert kept_in(tmp_path / "archives") == ["ml-latest-small.zip"]


def test_the_md5_may_come_before_the_name(store, publisher):
    publisher.publish("ml-25m.zip", SMALL)
    publisher.publish("ml-25m.zip", SMALL, md5=f"{hashlib.md5(SMALL).hexdigest().upper()}  ml-25m.zip\n")

    assert store.fetch("ml-25m").read_bytes() == SMALL


def test_an_archive_in_the_folder_is_used_without_any_request(store, publisher, tmp_path):
    (tmp_path / "archives").mkdir()
    (tmp_path / "archives" / "ml-latest-small.zip").write_bytes(SMALL)

    assert store.fetch("ml-latest-small").read_bytes() == SMALL
    assert store.is_within_reach("ml-latest-small")
    assert publisher.requests == []


def test_a_broken_connection_is_taken_up_where_it_stopped(store, publisher):
    publisher.publish("ml-25m.zip", BIG)
    publisher.break_after = [2_000_000]

    assert store.fetch("ml-25m").read_bytes() == BIG
    assert publisher.ranges_asked("ml-25m.zip") == [None, "bytes=1999999-"]


def test_the_next_call_takes_up_what_an_earlier_one_left(store, publisher):
    publisher.publish("ml-25m.zip", BIG)
    publisher.break_after = [1_000_000, 11, 11, 11]

    with pytest.raises(ArchiveUnavailable, match=r"what came is kept.*MARQUEE_DATA__ARCHIVE_DIR.*`sample`"):
        store.fetch("ml-25m")

    assert store.fetch("ml-25m").read_bytes() == BIG
    assert publisher.ranges_asked("ml-25m.zip")[-1] == "bytes=1000029-"


def test_a_part_that_was_already_whole_is_not_downloaded_again(store, publisher):
    publisher.publish("ml-25m.zip", BIG)
    publisher.withdrawn = {"/ml-25m.zip.md5"}
    with pytest.raises(ArchiveUnavailable, match=r"ml-25m.zip.md5 answers 404"):
        store.fetch("ml-25m")

    publisher.withdrawn = set()

    assert store.fetch("ml-25m").read_bytes() == BIG
    assert publisher.ranges_asked("ml-25m.zip") == [None, f"bytes={len(BIG) - 1}-"]


def test_a_server_that_ignores_ranges_is_asked_for_the_whole(store, publisher):
    publisher.heeds_range = False
    publisher.publish("ml-25m.zip", BIG)
    publisher.break_after = [2_000_000]

    assert store.fetch("ml-25m").read_bytes() == BIG


@pytest.mark.parametrize("heeds_if_range", [True, False])
@pytest.mark.parametrize("n_bytes", [3_500_000, 2_500_000, 500_000])
def test_a_file_that_changed_between_attempts_is_not_spliced(store, publisher, heeds_if_range, n_bytes):
    changed = zipped({"ratings.csv": RATINGS, "movies.csv": MOVIES, "other.bin": os.urandom(n_bytes)})
    publisher.heeds_if_range = heeds_if_range
    publisher.publish("ml-latest.zip", BIG)
    publisher.break_after = [2_000_000]
    publisher.when_broken = lambda: publisher.publish("ml-latest.zip", changed)

    assert store.fetch("ml-latest").read_bytes() == changed
    assert len(publisher.ranges_asked("ml-latest.zip")) == (2 if heeds_if_range else 3)


def test_a_wrong_md5_removes_the_download_and_names_both_sums(store, publisher, tmp_path):
    publisher.publish("ml-1m.zip", SMALL, md5="MD5 (ml-1m.zip) = c4d9eecfca2ab87c1945afe126590906\n")

    found = hashlib.md5(SMALL).hexdigest()
    with pytest.raises(ArchiveBroken, match=rf"ml-1m.zip .* md5 c4d9eecfca2ab87c1945afe126590906 .* {found}"):
        store.fetch("ml-1m")

    assert kept_in(tmp_path / "archives") == []


def test_a_page_in_place_of_the_md5_is_no_md5(store, publisher):
    publisher.publish("ml-1m.zip", SMALL, md5="<html>moved</html>")

    with pytest.raises(ArchiveBroken, match=r"no md5 sum .*<html>moved"):
        store.fetch("ml-1m")


def test_an_archive_that_is_not_published_is_said_with_the_mend(store):
    with pytest.raises(ArchiveUnavailable, match=r"/ml-32m.zip answers 404 .*MARQUEE_DATA__ARCHIVE_DIR.*`sample`"):
        store.fetch("ml-32m")

    assert not store.is_within_reach("ml-32m")


def test_nobody_listening_is_said_with_the_mend(nobody):
    with pytest.raises(
        ArchiveUnavailable, match=r"ml-32m.zip cannot be downloaded \(ConnectError.*MARQUEE_DATA__ARCHI"
    ):
        nobody.fetch("ml-32m")

    assert not nobody.is_within_reach("ml-32m")


def test_a_server_that_never_answers_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT", httpx.Timeout(0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = ArchiveStore(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")

        assert not store.is_within_reach("ml-32m")
        with pytest.raises(ArchiveUnavailable, match="ReadTimeout"):
            store.fetch("ml-32m")


def test_a_publisher_that_answers_is_within_reach_and_nothing_is_downloaded(store, publisher, tmp_path):
    publisher.publish("ml-1m.zip", SMALL)

    assert store.is_within_reach("ml-1m")
    assert [method for method, _, _ in publisher.requests] == ["HEAD"]
    assert not (tmp_path / "archives").exists()


def test_a_file_larger_than_the_disk_is_refused_before_a_byte_is_written(store, publisher, tmp_path):
    publisher.publish("ml-32m.zip", SMALL)
    publisher.claimed_length = 10**18

    with pytest.raises(MachineUnfit, match=r"downloading ml-32m.zip needs 1,000,000,000,000 MB"):
        store.fetch("ml-32m")

    assert kept_in(tmp_path / "archives") == []


def test_an_unknown_name_lists_the_known_ones(store):
    with pytest.raises(ArchiveUnavailable, match=r"`ml-20m` is neither .*ml-latest-small, ml-25m.*ml-10m, `sample`"):
        store.fetch("ml-20m")


def test_a_folder_of_ones_own_is_taken_as_it_is(store, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "ratings.dat").write_text("1::1193::5::978300760\n")
    (tmp_path / "mine" / "movies.dat").write_text("1193::One Flew Over the Cuckoo's Nest (1975)::Drama\n")

    archive = store.fetch(str(tmp_path / "mine"))

    assert archive == tmp_path / "mine"
    assert store.is_within_reach(str(tmp_path / "mine"))
    assert store.extract(archive, tmp_path / "unpacked") == archive
