"""The DAG files, read as Airflow reads them."""

import logging
from pathlib import Path

import pytest

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture(scope="session", autouse=True)
def airflow(tmp_path_factory):
    """Airflow makes its home and takes over the root logger when imported: the user keeps both, so import it late."""
    handlers, level = logging.root.handlers[:], logging.root.level
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        import airflow.settings
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    return airflow


@pytest.fixture(scope="session")
def dagbag(airflow):
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(DAGS)
