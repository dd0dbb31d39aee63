import pytest

from infra.errors import ServerUnreachable
from infra.stores.lake import Lake
from infra.tables import FEATURES, RATINGS, RAW, RAW_ACTIONS
from pipelines import etl
from tests.pipelines.written_archives import RATINGS as RATING_LINES
from tests.pipelines.written_archives import write_archive


@pytest.fixture
def lake(tmp_path, own_folders, no_mongodb):
    """An empty lake, and nobody at MongoDB's address."""
    return Lake(str(tmp_path / "lake"))


def test_on_a_laptop_it_goes_on_without_mongodb_and_says_what_is_missing(lake, spark, tmp_path, capsys):
    assert etl.main("2026-11-20", str(write_archive(tmp_path / "ml-test"))) == "2026-11-20"

    printed = capsys.readouterr().out
    assert "MongoDB does not answer at mongodb://127.0.0.1:9" in printed
    assert "WITHOUT what users did" in printed
    assert lake.open(FEATURES).manifest.tables[RATINGS.name].n_rows == len(RATING_LINES)
    assert lake.open(RAW).manifest.tables[RAW_ACTIONS.name].n_rows == 0
    assert not any("actions" in name for name in lake.open(RAW).manifest.inputs)


def test_elsewhere_it_stops_without_mongodb(lake, tmp_path, configure):
    configure(
        PROFILE="production",
        OBJECTS__SECRET_KEY="a secret of this test",
        ACCOUNTS__TOKEN_KEYS='["a key of this test, and of nothing else"]',
    )

    with pytest.raises(ServerUnreachable):
        etl.main("2026-11-20", str(write_archive(tmp_path / "ml-test")))
