"""Ask the API for the recommendations of many users, and check that every answer arrives."""

import asyncio
import csv
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import httpx
from tqdm import tqdm

from infra.errors import AnswersMissing
from infra.settings import get_settings
from pipelines.calling.calls import Call, at_once, call, connect
from pipelines.calling.figures import pace, shares

NO_LIST = "none"
"""The source of an answer without a list."""


class Answer(NamedTuple):
    """What one user was told: a row of the CSV; `status` is 0 where no answer came."""

    user_id: int
    status: int
    source: str
    n_movies: int
    seconds: float
    attempts: int

    @property
    def arrived(self) -> bool:
        """Whether it is a list with movies that says where they came from."""
        return self.status == httpx.codes.OK and self.source != NO_LIST and self.n_movies > 0


async def run(address: str, user_ids: Sequence[int], n_callers: int, file: Path) -> list[Answer]:
    """Ask for every user, `n_callers` at a time, and write the answers to a CSV file, in the order they came.

    Prints the pace and the sources. Raises AnswersMissing, once the file is written, when a user got no list.
    """
    began_at = perf_counter()
    with tqdm(total=len(user_ids), unit=" users", disable=None) as progress:
        answers = await _ask_all(address, user_ids, n_callers, progress)
    print(pace([answer.seconds for answer in answers], perf_counter() - began_at))
    print(f"sources: {shares(Counter(answer.source for answer in answers))}")
    _write(answers, file)
    missing = [answer for answer in answers if not answer.arrived]
    if missing:
        statuses = shares(Counter(str(answer.status or "no answer") for answer in missing))
        raise AnswersMissing(
            f"{len(missing):,} of {len(answers):,} users got no list from {address} (by status: {statuses}); "
            f"{file} names them: look at `make status` and at `make logs NAME=api`"
        )
    return answers


def repeated(user_ids: Sequence[int], n_times: int, seed: int) -> list[int]:
    """Return every user `n_times`, in an order drawn by the seed."""
    wanted = list(user_ids) * n_times
    random.Random(seed).shuffle(wanted)
    return wanted


def main(user_ids: Sequence[int], n_times: int, n_callers: int, file: Path) -> None:
    """Ask the configured API. Raises AnswersMissing."""
    settings = get_settings()
    wanted = repeated(user_ids, n_times, settings.seed)
    asyncio.run(run(settings.api.address, wanted, n_callers, file))


async def _ask_all(address: str, user_ids: Sequence[int], n_callers: int, progress: tqdm) -> list[Answer]:
    answers: list[Answer] = []

    async def ask(user_id: int) -> None:
        answers.append(_read(user_id, await call(client, "GET", f"/api/v1/users/{user_id}/recommendations")))
        progress.update()

    async with connect(address, n_callers) as client:
        await at_once(n_callers, user_ids, ask)
    return answers


def _read(user_id: int, called: Call) -> Answer:
    told = called.answer.json() if called.answer and called.answer.is_success else {}
    source, n_movies = told.get("source", NO_LIST), len(told.get("movies", ()))
    return Answer(user_id, called.status, source, n_movies, round(called.seconds, 6), called.n_attempts)


def _write(answers: Sequence[Answer], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(Answer._fields)
        writer.writerows(answers)
