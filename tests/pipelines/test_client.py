import asyncio
import csv
from collections import Counter

import pytest

from infra.errors import AnswersMissing
from pipelines.calling import calls
from pipelines.client import repeated, run
from tests.pipelines.calling.scripted_server import scripted_server
from tests.publication import publish

A_LIST = {"source": "personal", "movies": [{"movie_id": 6}]}


def rows(file):
    with file.open() as lines:
        return list(csv.DictReader(lines))


def test_every_user_gets_an_answer_and_a_row(mongodb, api_address, tmp_path, capsys):
    publish(mongodb, users={7: [6, 541], 9: [1]})

    asyncio.run(run(api_address(), [7, 8, 9, 7], 2, tmp_path / "new folder" / "answers.csv"))

    written = rows(tmp_path / "new folder" / "answers.csv")
    assert Counter((row["user_id"], row["source"]) for row in written) == {
        ("7", "personal"): 2,
        ("8", "popular"): 1,
        ("9", "personal"): 1,
    }
    assert {(row["status"], row["n_movies"], row["attempts"]) for row in written} == {("200", "4", "1")}
    assert "sources: personal 3, popular 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "status"),
    [((503, {}), "503"), ((200, {**A_LIST, "movies": []}), "200"), ((200, {"movies": [1]}), "200")],
    ids=["failed", "empty", "without a source"],
)
def test_an_answer_that_is_no_list_is_missed_and_written_all_the_same(answer, status, tmp_path, monkeypatch):
    monkeypatch.setattr(calls, "FIRST_PAUSE_SECONDS", 0.001)
    script = [(200, A_LIST), *[answer] * calls.N_ATTEMPTS]

    with scripted_server(*script) as address, pytest.raises(AnswersMissing, match="1 of 2 users") as refusal:
        asyncio.run(run(address, [7, 8], 1, tmp_path / "answers.csv"))

    assert f"{status} 1" in str(refusal.value)
    assert [row["status"] for row in rows(tmp_path / "answers.csv")] == ["200", status]


def test_repeats_are_in_an_order_that_the_seed_decides():
    assert repeated([1, 2, 3], 2, seed=1) == repeated([1, 2, 3], 2, seed=1) != repeated([1, 2, 3], 2, seed=2)
    assert Counter(repeated([1, 2, 3], 2, seed=1)) == {1: 2, 2: 2, 3: 2}
