"""What publication holds at a time does not grow with all of a night."""

from pipelines.capacity.workload import Workload

RATED_LITTLE = Workload(users=15_000, movies=4_000, interactions=1_000_000, n=100)
MUCH_RATED = RATED_LITTLE._replace(interactions=100_000_000)


def test_publication_holds_the_lists_of_two_shards_and_of_a_small_night_all():
    kept, of_list = 1_000_000 * 40, 100 * 250

    assert RATED_LITTLE.publication_bytes == kept + 19_000 * of_list
    assert RATED_LITTLE._replace(users=17_000).publication_bytes == kept + 20_000 * of_list


def test_publication_holds_most_while_it_reads_when_there_are_many_ratings():
    assert MUCH_RATED.publication_bytes == 100_000_000 * 90
