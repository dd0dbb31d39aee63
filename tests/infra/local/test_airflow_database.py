import pytest

from infra.errors import ServerUnreachable
from infra.local import airflow_database


@pytest.fixture
def airflow(tmp_path):
    """A program in Airflow's place that makes the database and notes how it was called."""

    def install(ending=""):
        program = tmp_path / "airflow"
        program.write_text(
            f'#!/bin/sh\necho "$@" >> "$AIRFLOW_HOME/calls"\ntouch "$AIRFLOW_HOME/airflow.db"\n{ending}\n'
        )
        program.chmod(0o755)
        return str(program)

    return install


def calls(tmp_path):
    return (tmp_path / "calls").read_text().splitlines()


def test_the_tables_are_made_once(tmp_path, airflow):
    for _ in range(2):
        airflow_database.migrate(airflow(), {"AIRFLOW_HOME": str(tmp_path)}, tmp_path)

    assert calls(tmp_path) == ["db migrate"]


def test_another_version_of_airflow_brings_them_up_to_date(tmp_path, airflow, monkeypatch):
    airflow_database.migrate(airflow(), {"AIRFLOW_HOME": str(tmp_path)}, tmp_path)
    monkeypatch.setattr(airflow_database, "version", {"apache-airflow": "99.0"}.get)

    airflow_database.migrate(airflow(), {"AIRFLOW_HOME": str(tmp_path)}, tmp_path)

    assert len(calls(tmp_path)) == 2


def test_a_database_that_was_deleted_is_made_again(tmp_path, airflow):
    airflow_database.migrate(airflow(), {"AIRFLOW_HOME": str(tmp_path)}, tmp_path)
    (tmp_path / "airflow.db").unlink()

    airflow_database.migrate(airflow(), {"AIRFLOW_HOME": str(tmp_path)}, tmp_path)

    assert len(calls(tmp_path)) == 2


def test_a_failure_is_told_in_airflows_words_and_tried_again(tmp_path, airflow):
    with pytest.raises(ServerUnreachable, match=r"could not make its database in .*:\nthe disk is full"):
        airflow_database.migrate(airflow("echo the disk is full; exit 1"), {"AIRFLOW_HOME": str(tmp_path)}, tmp_path)

    airflow_database.migrate(airflow(), {"AIRFLOW_HOME": str(tmp_path)}, tmp_path)

    assert len(calls(tmp_path)) == 2
