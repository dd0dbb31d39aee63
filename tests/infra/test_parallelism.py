import os

import pytest

from infra.parallelism import MEMORY_PER_MODEL, models_at_once


@pytest.fixture
def machine(monkeypatch):
    """Be a machine of so many cores, with memory for so many models."""

    def become(n_cores, n_models):
        names = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": int(n_models * MEMORY_PER_MODEL) // 4096}
        monkeypatch.setattr(os, "cpu_count", lambda: n_cores)
        monkeypatch.setattr(os, "sysconf", names.__getitem__)

    return become


@pytest.mark.parametrize(
    ("n_cores", "n_models", "at_once"),
    [(4, 10, 4), (8, 2.9, 2), (4, 0.3, 1), (None, 10, 1)],
    ids=["a core for each", "memory for two", "memory for less than one", "cores that cannot be counted"],
)
def test_models_are_trained_side_by_side_as_cores_and_memory_allow(machine, n_cores, n_models, at_once):
    machine(n_cores, n_models)

    assert models_at_once() == at_once
