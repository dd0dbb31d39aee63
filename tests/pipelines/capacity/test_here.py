import pytest

from infra.tables import FEATURES, RAW
from pipelines.capacity.here import NOT_KNOWN, corrected, newest_etl, newest_publication
from pipelines.capacity.runs import Cost
from pipelines.capacity.workload import Workload
from tests.feature_snapshot import DAY, write_features
from tests.pipelines.landed import RATING_ROWS, land

FREE = Cost(0, 0, 0)


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


def test_the_newest_publication_is_the_one_in_force(publish, store, database):
    assert newest_publication(store) is None

    generation = publish(n=5)

    newest = newest_publication(store)
    record = database.generations.find_one({"_id": generation})
    assert newest.workload == Workload(users=3, movies=6, interactions=6, n=5)
    cost = newest.stages["publish"]
    assert cost.processor_seconds == record["processor_seconds"] > 0
    assert cost.peak_memory_bytes == NOT_KNOWN
    assert cost.disk_bytes == store.contents(generation).size()


def test_a_publication_that_kept_lists_is_not_one_of_its_size(publish, store):
    publish()
    publish()

    assert newest_publication(store) is None


def test_a_publication_that_was_gone_on_with_is_not_one_of_its_size(publish, store, database):
    database.generations.update_one({"_id": publish()}, {"$set": {"n_attempts": 2}})

    assert newest_publication(store) is None


def test_a_publication_whose_processors_nobody_measured_is_not_compared(publish, store, database):
    database.generations.update_one({"_id": publish()}, {"$unset": {"processor_seconds": ""}})

    assert newest_publication(store) is None


def test_what_took_twice_as_much_as_foretold_will_do_so_again():
    foretold = corrected(Cost(100, 8.0, 60), Cost(6, 2.0, 10), foretold_of_taken=Cost(3, 2.0, 20), of_nothing=FREE)

    assert foretold == pytest.approx((200, 8.0, 30))


def test_what_a_night_of_nothing_costs_too_tells_nothing_of_larger_ones():
    foretold = corrected(Cost(100, 8.0, 60), Cost(6, 6.0, 5), Cost(4, 2.0, 20), of_nothing=Cost(3, 2.0, 5))

    assert foretold == pytest.approx((112.5, 8.0, 26.25))


def test_a_figure_that_is_not_known_corrects_nothing():
    foretold = corrected(Cost(100, 8.0, 60), Cost(6, NOT_KNOWN, 10), Cost(3, 2.0, 20), of_nothing=FREE)

    assert foretold == pytest.approx((200, 8.0, 30))
