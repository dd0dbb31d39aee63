from models.id_map import IdMap


def test_ids_are_ascending_and_distinct():
    ids = IdMap([30, 10, 20, 10])

    assert ids.ids.tolist() == [10, 20, 30]
    assert len(ids) == 3


def test_an_unknown_id_has_no_position():
    assert IdMap([10, 20]).positions([20, 5, 15, 99, 10]).tolist() == [1, -1, -1, -1, 0]


def test_many_ids_are_looked_up_as_few_are():
    ids = IdMap([10, 12, 13])

    assert ids.positions([13, 9, 11, 99, 10, -5, 12] * 3).tolist() == [2, -1, -1, -1, 0, -1, 1] * 3


def test_an_empty_map_knows_no_id():
    assert IdMap([]).positions([[1, 2]]).tolist() == [[-1, -1]]


def test_a_union_holds_both():
    assert IdMap([1, 3]).union([2, 3]) == IdMap([1, 2, 3])


def test_maps_are_equal_by_their_ids():
    assert IdMap([1, 2]) == IdMap([2, 1])
    assert IdMap([1, 2]) != IdMap([1, 3])
    assert IdMap([1]) != [1]
