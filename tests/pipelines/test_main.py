import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.__main__ import PIPELINES, parse

ROOT = Path(__file__).parents[2]


def test_a_date_and_a_dataset_reach_the_pipeline():
    assert parse(["etl", "--date", "2026-11-20", "--dataset", "sample"]) == (
        "etl",
        {"snapshot_date": "2026-11-20", "dataset": "sample"},
    )


def test_what_is_not_said_is_left_to_the_pipeline():
    assert parse(["build_features"]) == ("build_features", {"snapshot_date": None})


def test_the_reason_to_accept_what_was_held_is_passed_on():
    taken = {"snapshot_date": None, "accept": "another dataset"}
    assert parse(["publish_recommendations", "--accept", "another dataset"]) == ("publish_recommendations", taken)


def test_an_impossible_day_is_refused_in_words(capsys):
    with pytest.raises(SystemExit):
        parse(["etl", "--date", "2026-02-30"])

    assert "--date: invalid day value: '2026-02-30'" in capsys.readouterr().err


@pytest.mark.parametrize("name", PIPELINES)
def test_every_command_is_a_pipeline_of_its_own_name(name):
    assert (ROOT / "pipelines" / f"{name}.py").exists()


def test_an_unusable_dataset_is_said_in_words_and_ends_with_an_error(tmp_path):
    command = [sys.executable, "-m", "pipelines", "etl", "--dataset", str(tmp_path / "nowhere.zip")]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert "nowhere.zip" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_a_person_decides_comes_with_a_reason_and_is_about_the_lists_of_users_if_not_said():
    assert parse(["promote", "--version", "12", "--why", "lists looked odd"]) == (
        "promote",
        {"version": 12, "why": "lists looked odd", "registered_name": "recommender"},
    )


def test_a_moment_is_in_utc_if_not_said():
    assert parse(["who_was_live", "--at", "2026-11-20T12:00"])[1]["at"] == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert parse(["who_was_live", "--at", "2026-11-20T12:00+01:00"])[1]["at"] == datetime(2026, 11, 20, 11, tzinfo=UTC)


@pytest.mark.parametrize(("text", "user_ids"), [("1-3", [1, 2, 3]), ("7,9", [7, 9]), ("1-2,9", [1, 2, 9])])
def test_users_are_named_by_ranges(text, user_ids):
    assert parse(["client", "--users", text])[1]["user_ids"] == user_ids


def test_users_are_named_in_a_file(tmp_path):
    (tmp_path / "users.txt").write_text("7\n9\n")

    assert parse(["client", "--users", str(tmp_path / "users.txt")])[1]["user_ids"] == [7, 9]


@pytest.mark.parametrize("option", [["--users", "all"], ["--users", "5-1"], ["--users", "7", "--repeat", "0"]])
def test_users_and_counts_that_make_no_sense_are_refused_in_words(option, capsys):
    with pytest.raises(SystemExit):
        parse(["client", *option])

    assert f"invalid {'ids' if len(option) == 2 else 'positive'} value" in capsys.readouterr().err
