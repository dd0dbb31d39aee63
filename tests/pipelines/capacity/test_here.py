import pytest

from infra.tables import FEATURES, RAW
from pipelines.capacity.here import corrected, newest_etl
from pipelines.capacity.runs import Cost
from pipelines.capacity.workload import Workload
from tests.feature_snapshot import DAY, write_features
from tests.pipelines.landed import RATING_ROWS, land


def test_the_newest_etl_is_both_of_its_stages(spark, lake):
    assert newest_etl(lake, n=5) is None

    land(lake, spark, DAY, RATING_ROWS)
    write_features(lake, spark, [(1, 2, 4.0), (3, 2, 5.0)], [(2, "Heat", ["Action"], 4.0)])

    newest = newest_etl(lake, n=5)
    raw, features = lake.open(RAW), lake.open(FEATURES)
    landing, building = raw.manifest.took, features.manifest.took
    assert newest.workload == Workload(users=2, movies=1, interactions=4, n=5)
    assert newest.stages["etl"] == (
        landing.processor_seconds + building.processor_seconds,
        max(landing.peak_memory_bytes, building.peak_memory_bytes),
        raw.size() + features.size(),
    )
    assert min(newest.stages["etl"]) > 0


def test_what_took_twice_as_much_as_foretold_will_do_so_again():
    foretold = corrected(Cost(100, 8.0, 60), taken=Cost(6, 2.0, 10), foretold_of_taken=Cost(3, 2.0, 20))

    assert foretold == pytest.approx((200, 8.0, 30))
