"""The world that the gate judges nights of."""

import pytest

from tests.pipelines.publication.nights import World


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """Nobody changes it."""
    return World(tmp_path_factory.mktemp("world"))
