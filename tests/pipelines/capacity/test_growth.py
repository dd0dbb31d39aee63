import pytest

from pipelines.capacity.growth import predict, times_beyond, within_heap
from pipelines.capacity.runs import Cost, Run, read_runs, write_runs
from pipelines.capacity.workload import Workload


def night(times, memory=8.0):
    """A night of 10 users and 4 movies, so many times: 3 seconds and 2 more for each ten interactions."""
    workload = Workload(users=10 * times, movies=4 * times, interactions=100 * times, n=5)
    return Run(workload, {"etl": Cost(3 + 20 * times, memory, 50.0 * times)})


def test_a_night_costs_what_it_costs_at_all_and_what_it_grows_by():
    predicted = predict("etl", night(8).workload, [night(1), night(2), night(4)])

    assert predicted.processor_seconds == pytest.approx(163)
    assert predicted.disk_bytes == pytest.approx(400)


def test_what_does_not_grow_stays_as_it_is():
    assert predict("etl", night(50).workload, [night(1), night(2)]).peak_memory_bytes == pytest.approx(8)


def test_nothing_is_taken_to_shrink_with_size():
    shrinking = [night(1, memory=9.0), night(2, memory=7.0)]

    assert predict("etl", night(100).workload, shrinking).peak_memory_bytes >= 7


def test_what_goes_beyond_the_largest_run_is_told_by_how_much():
    beyond = times_beyond(Workload(users=20, movies=2, interactions=50, n=5), [night(1)])

    assert beyond["per place in a list"] == pytest.approx(110 / 70)
    assert "per user and movie" not in beyond
    assert "per interaction" not in beyond


def test_runs_are_read_as_they_were_written_the_smallest_first(tmp_path):
    write_runs([night(2), night(1)], tmp_path / "runs.json")

    assert read_runs(tmp_path / "runs.json") == [night(1), night(2)]


def test_from_one_run_everything_is_taken_to_grow_with_the_ratings():
    assert predict("etl", night(10).workload, [night(1)]).processor_seconds == pytest.approx(230)


def test_a_run_without_a_stage_tells_nothing_of_it():
    unfinished = night(2)._replace(stages={})

    assert predict("etl", night(10).workload, [night(1), unfinished]) == predict("etl", night(10).workload, [night(1)])


def test_an_etl_takes_no_more_memory_than_the_heap_and_what_is_beside_it():
    small, large = (Cost(60, memory, 10**9) for memory in (2.5e9, 40e9))

    assert within_heap(small, heap_mb=2_000) == small
    assert within_heap(large, heap_mb=2_000) == Cost(60, 2_000 * 2**20 + 10**9, 10**9)
