from pipelines.publication.figures import add_up


def test_figures_add_up_name_by_name():
    shards = [{"n": 2, "faults": {"unknown": 1, "short": 0}}, {"n": 3, "faults": {"unknown": 4, "short": 2}}]

    assert add_up(shards) == {"n": 5, "faults": {"unknown": 5, "short": 2}}


def test_a_name_that_only_some_shards_have_counts_as_nothing_in_the_others():
    assert add_up([{"genres": {"War": 1}}, {"genres": {"Crime": 2}}]) == {"genres": {"War": 1, "Crime": 2}}
