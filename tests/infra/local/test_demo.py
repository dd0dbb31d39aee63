import httpx
import pytest
from fastapi import FastAPI

from infra.errors import ArchiveUnavailable
from infra.local.demo import choose_dataset, publication_day
from infra.settings import DataSettings
from tests.conftest import free_port
from tests.infra.local.served import served


@pytest.fixture
def nowhere():
    """The address of a publisher that does not answer."""
    return f"http://127.0.0.1:{free_port()}"


def test_an_archive_at_hand_is_used(tmp_path, nowhere):
    (tmp_path / "ml-latest-small.zip").touch()

    assert choose_dataset(DataSettings(archive_dir=tmp_path, download_url=nowhere)) == "ml-latest-small"


def test_without_archive_and_publisher_the_sample_is_used_and_said_so(tmp_path, nowhere, capsys):
    assert choose_dataset(DataSettings(archive_dir=tmp_path, download_url=nowhere)) == "sample"

    assert capsys.readouterr().out == (
        f"ml-latest-small is not in {tmp_path}, and GroupLens cannot be reached at {nowhere}: "
        f"going on with `sample`, a generated dataset of the same form\n"
    )


def test_a_dataset_that_was_asked_for_is_never_replaced(tmp_path, nowhere):
    with pytest.raises(ArchiveUnavailable, match=r"ml-25m is not in .*: put the zip there, or set"):
        choose_dataset(DataSettings(dataset="ml-25m", archive_dir=tmp_path, download_url=nowhere))


def test_the_sample_needs_no_publisher(tmp_path, nowhere, capsys):
    assert choose_dataset(DataSettings(dataset="sample", archive_dir=tmp_path, download_url=nowhere)) == "sample"
    assert capsys.readouterr().out == ""


def test_a_folder_of_ones_own_is_used(tmp_path, nowhere):
    assert choose_dataset(DataSettings(dataset=str(tmp_path), download_url=nowhere)) == str(tmp_path)


@pytest.mark.parametrize(
    ("generated_at", "day"),
    [("2026-11-20T20:47:28Z", "2026-11-20"), ("2026-11-20T23:30:00-02:00", "2026-11-21"), (None, None)],
)
def test_the_day_of_a_publication_is_that_of_greenwich(generated_at, day):
    app = FastAPI()
    app.add_api_route("/health/ready", lambda: {"status": "ready", "generated_at": generated_at})

    with served(app) as address, httpx.Client(base_url=address) as api:
        assert publication_day(api) == day
