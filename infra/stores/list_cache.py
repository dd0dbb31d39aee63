"""Hot lists in Redis, in front of MongoDB.

    list:<generation>:<user_recommendations or movie_recommendations>:<id>    a list, or `null` where there is none
    made:<generation>:<user_recommendations>:<id>    when a list that has been renewed was made, as long as it is kept
    interactions:<user_id>    what the user did last, and when it was read
    changed:<user_id>         the user has just done something, so `interactions` is out of date

A list that is renewed is announced on the stream `recommendation_updates`, in the same step: an entry has one field,
`event`, which is JSON: `id` (the same for the same list), `user_id`, `generation`, `generated_at`.

A new generation has keys of its own, so nothing is flushed: old keys expire.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from redis.asyncio import Redis

from infra.stores.generation_layout import Content
from infra.stores.guard import Guard
from infra.stores.ranked_movies import RankedMovies
from infra.stores.recent_interactions import Interaction

LIST_SECONDS = 300
ABSENCE_SECONDS = 10

FRESH = timedelta(seconds=5)
"""Interactions read longer ago are read again. A writer that could not say so to Redis is seen after that time."""

UPDATES = "recommendation_updates"

KEEP = """
for n = 1, #KEYS, 2 do
    if redis.call('EXISTS', KEYS[n + 1]) == 0 then redis.call('SET', KEYS[n], ARGV[n], 'EX', ARGV[n + 1]) end
end
"""
"""What a reader found before a list was renewed must not replace the new one."""

KEEP_ALL = """
for n = 1, #KEYS do redis.call('SET', KEYS[n], ARGV[n], 'EX', ARGV[#KEYS + 1]) end
"""

RENEW = """
if tonumber(redis.call('GET', KEYS[2]) or 0) <= tonumber(ARGV[2]) then
    redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
    redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
    redis.call('XADD', KEYS[3], '*', 'event', ARGV[4])
end
"""
"""Of two workers that renew a list at the same time, the one that looked later at what the user did has its way."""

OUTAGE_SECONDS = 3_600
"""Interactions stay so long for the time when MongoDB is away: better old ones than none."""


Kept = bytes | str | None


@dataclass(frozen=True, slots=True)
class CachedList:
    """A list in the cache; None stands for the knowledge that there is none."""

    ranked: RankedMovies | None


@dataclass(frozen=True, slots=True)
class CachedInteractions:
    """What a user did last, as of `read_at`."""

    interactions: tuple[Interaction, ...]
    read_at: AwareDatetime

    def are_fresh(self, now: datetime) -> bool:
        """Tell whether they need not be read again."""
        return abs(now - self.read_at) < FRESH


@dataclass(frozen=True, slots=True)
class CachedUser:
    """A user's list and interactions, None where unknown, and whether the latter are up to date."""

    ranked: CachedList | None = None
    interactions: CachedInteractions | None = None
    are_fresh: bool = False


LISTS: TypeAdapter[RankedMovies | None] = TypeAdapter(RankedMovies | None)
INTERACTIONS = TypeAdapter(CachedInteractions)


class ListCache:
    """What the cache holds of users and movies; everything raises ServerUnreachable when Redis does not answer."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        self._redis = redis
        self.guard = guard

    async def read_lists(self, generation: str, content: Content, keys: Sequence[int]) -> dict[int, CachedList | None]:
        """Return what is known of lists, None for each of which nothing is."""
        kept = await self._read(*(_list_key(generation, content, key) for key in keys))
        return {key: _list(each) for key, each in zip(keys, kept, strict=True)}

    async def read_users(self, generation: str, user_ids: Sequence[int], now: datetime) -> dict[int, CachedUser]:
        """Return what is known of users."""
        lists = [_list_key(generation, Content.USER_LISTS, user_id) for user_id in user_ids]
        interactions, marks = ([f"{name}:{user_id}" for user_id in user_ids] for name in ("interactions", "changed"))
        kept = await self._read(*lists, *interactions, *marks)
        n = len(user_ids)
        of_user = zip(user_ids, kept[:n], kept[n : 2 * n], kept[2 * n :], strict=True)
        return {user_id: _user(ranked, done, changed, now) for user_id, ranked, done, changed in of_user}

    async def keep_lists(self, generation: str, content: Content, lists: Mapping[int, RankedMovies | None]) -> None:
        """Keep lists that were read, or for a short time that there is none; one that is renewed meanwhile stays."""
        keys = [make(generation, content, key) for key in lists for make in (_list_key, _made_key)]
        values = [
            value
            for ranked in lists.values()
            for value in (LISTS.dump_json(ranked), ABSENCE_SECONDS if ranked is None else LIST_SECONDS)
        ]
        await self.guard.ask(partial(self._redis.eval, KEEP, len(keys), *keys, *values))

    async def renew_lists(self, generation: str, lists: Mapping[int, RankedMovies]) -> None:
        """Replace what is kept of users' lists, unless it was made later, and announce each; all say when."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for user_id, ranked in lists.items():
                of_user = generation, Content.USER_LISTS, user_id
                keys = _list_key(*of_user), _made_key(*of_user), UPDATES
                made_ms, event = _announcement(generation, user_id, ranked)
                pipeline.eval(RENEW, len(keys), *keys, LISTS.dump_json(ranked), made_ms, LIST_SECONDS, event)
            await self.guard.ask(pipeline.execute)

    async def keep_interactions(self, interactions: Mapping[int, tuple[Interaction, ...]], read_at: datetime) -> None:
        """Keep what users did last; `read_at` is a time before it was read."""
        keys = [f"interactions:{user_id}" for user_id in interactions]
        values = [INTERACTIONS.dump_json(CachedInteractions(done, read_at)) for done in interactions.values()]
        await self.guard.ask(partial(self._redis.eval, KEEP_ALL, len(keys), *keys, *values, OUTAGE_SECONDS))

    async def note_interaction(self, user_id: int) -> None:
        """Have a user's interactions read again: to be called after one has been written.

        The mark outlives every reader that read before the write and keeps what it read after the mark.
        """
        lasts = int(FRESH.total_seconds())
        await self.guard.ask(partial(self._redis.set, f"changed:{user_id}", b"yes", ex=lasts))

    async def _read(self, *keys: str) -> list[Kept]:
        return await self.guard.ask(partial(self._redis.mget, keys))


def _list_key(generation: str, content: Content, key: int) -> str:
    return f"list:{generation}:{content}:{key}"


def _made_key(generation: str, content: Content, key: int) -> str:
    return f"made:{generation}:{content}:{key}"


def _announcement(generation: str, user_id: int, ranked: RankedMovies) -> tuple[int, str]:
    """Return when a list was made, in milliseconds since 1970, and the event that says so."""
    made_at = ranked.generated_at
    if made_at is None:
        raise ValueError(f"the new list of user {user_id} does not say when it was made")
    made_ms = int(made_at.timestamp() * 1_000)
    told = {"user_id": user_id, "generation": generation, "generated_at": made_at.isoformat()}
    return made_ms, json.dumps({"id": f"{user_id}-{made_ms}", **told})


def _list(kept: Kept) -> CachedList | None:
    """Return what is kept; what cannot be read, or was written by another version of the code, is not known."""
    with suppress(ValidationError):
        return CachedList(LISTS.validate_json(kept)) if kept else None
    return None


def _user(ranked: Kept, done: Kept, changed: Kept, now: datetime) -> CachedUser:
    known = _interactions(done)
    return CachedUser(_list(ranked), known, known is not None and changed is None and known.are_fresh(now))


def _interactions(kept: Kept) -> CachedInteractions | None:
    with suppress(ValidationError):
        return INTERACTIONS.validate_json(kept) if kept else None
    return None
