"""One hash for everything a model learned."""

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def hash_arrays(arrays: Mapping[str, NDArray]) -> str:
    """Return the SHA-256 of all names, types, shapes and bits, whatever the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
