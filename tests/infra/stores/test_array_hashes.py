import numpy as np

from infra.stores.array_hashes import hash_arrays

ARRAYS = {"scores": np.array([1.0, 2.0], np.float32), "ids": np.array([3, 4])}


def test_the_order_of_the_names_does_not_matter():
    assert hash_arrays(ARRAYS) == hash_arrays(dict(reversed(ARRAYS.items())))


def test_a_bit_a_name_a_type_and_a_shape_do():
    others = [
        {**ARRAYS, "scores": np.array([1.0, np.nextafter(np.float32(2), np.float32(3))], np.float32)},
        {"score": ARRAYS["scores"], "ids": ARRAYS["ids"]},
        {**ARRAYS, "ids": ARRAYS["ids"].astype(np.uint64)},
        {**ARRAYS, "ids": ARRAYS["ids"][:, None]},
    ]

    assert len({hash_arrays(arrays) for arrays in (ARRAYS, *others)}) == 5


def test_how_an_array_lies_in_memory_does_not():
    wide = np.arange(6.0).reshape(2, 3)

    assert hash_arrays({"a": wide}) == hash_arrays({"a": np.asfortranarray(wide)})
