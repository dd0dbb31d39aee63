"""Replay the newest ratings of the dataset through the API, as if their users rated now."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import NamedTuple

import pyarrow as pa
from tqdm import tqdm

from infra.errors import AnswersMissing
from infra.settings import get_settings
from infra.stores.lake import Lake
from infra.tables import FEATURES, RATINGS
from pipelines.calling.calls import at_once, connect
from pipelines.calling.figures import pace, shares
from pipelines.calling.viewer import NO_ANSWER, Viewer, refusal

N_CONNECTIONS = 32
N_SIGNING_IN = 4
"""The API hashes each password with 64 MiB."""


class Rating(NamedTuple):
    """A rating of the dataset."""

    user_id: int
    movie_id: int
    rating: float
    rated_at: datetime


def newest(ratings: pa.Table, n: int) -> list[Rating]:
    """Return the last `n` of a table with the fields of Rating, oldest first; those of one moment by user and movie."""
    rows = ratings.sort_by([(name, "ascending") for name in ("rated_at", "user_id", "movie_id")])
    return [Rating(**row) for row in rows.slice(max(0, len(rows) - n)).to_pylist()]


def due_seconds(ratings: Sequence[Rating], speed: float, per_second: float | None) -> list[float]:
    """Return the seconds from the start at which each is due: as they came, `speed` times as fast, or evenly."""
    if per_second:
        return [n / per_second for n in range(len(ratings))]
    return [(each.rated_at - ratings[0].rated_at).total_seconds() / speed for each in ratings]


async def run(address: str, ratings: Sequence[Rating], due: Sequence[float], password: str) -> Counter[str]:
    """Let an account for each user rate when it is due, and return how many ratings were refused, by reason.

    The accounts are made first, or used again, so running it twice changes nothing. Prints the pace and the refusals.
    Raises AnswersMissing when ratings got no answer.
    """
    async with connect(address, N_CONNECTIONS) as client:
        viewers = {each.user_id: Viewer(client, f"movielens-{each.user_id}", password) for each in ratings}
        refused_users = await _sign_in(viewers)
        print(f"{len(viewers):,} users, {len(viewers) - len(refused_users):,} signed in")
        if refused_users:
            print(
                f"not signed in: {shares(Counter(refused_users.values()))}; their ratings are left out. The API hears "
                "a hundred log-ins from one address in a quarter of an hour: run this again then, or with fewer ratings"
            )
        refused = await _replay(ratings, due, viewers, refused_users)
    print(f"refused: {shares(refused) or 'none'}")
    if refused[NO_ANSWER]:
        raise AnswersMissing(
            f"{refused[NO_ANSWER]:,} of {len(ratings):,} ratings got no answer from {address}: look at `make status`"
        )
    return refused


def main(n_last: int, speed: float, rate: float | None, password: str) -> None:
    """Replay ratings of the newest features of the configured lake at the configured API. Raises AnswersMissing."""
    settings = get_settings()
    snapshot = Lake(settings.lake.root).open(FEATURES)
    ratings = newest(snapshot.read_arrow(RATINGS, Rating._fields), n_last)
    due = due_seconds(ratings, speed, rate)
    print(f"{len(ratings):,} ratings, the last of them due after {due[-1]:,.0f} s")
    asyncio.run(run(settings.api.address, ratings, due, password))


async def _sign_in(viewers: Mapping[int, Viewer]) -> dict[int, str]:
    """Sign everybody in; return why it was refused, by user."""
    refused: dict[int, str] = {}

    async def sign_in(user_id: int) -> None:
        if reason := await viewers[user_id].sign_in():
            refused[user_id] = reason
        progress.update()

    with tqdm(total=len(viewers), desc="signing in", unit=" users", disable=None) as progress:
        await at_once(N_SIGNING_IN, viewers, sign_in)
    return refused


async def _replay(
    ratings: Sequence[Rating], due: Sequence[float], viewers: Mapping[int, Viewer], refused_users: Mapping[int, str]
) -> Counter[str]:
    refused = Counter(refused_users[each.user_id] for each in ratings if each.user_id in refused_users)
    seconds: list[float] = []

    async def rate(each: Rating) -> None:
        rated = await viewers[each.user_id].rate(each.movie_id, each.rating)
        seconds.append(rated.seconds)
        if reason := refusal(rated):
            refused[reason] += 1
        progress.update()

    began_at = perf_counter()
    with tqdm(total=len(ratings) - refused.total(), unit=" ratings", disable=None) as progress:
        async with asyncio.TaskGroup() as under_way:
            for each, due_at in zip(ratings, due, strict=True):
                if each.user_id not in refused_users:
                    await asyncio.sleep(began_at + due_at - perf_counter())
                    under_way.create_task(rate(each))
    print(pace(seconds, perf_counter() - began_at))
    return refused
