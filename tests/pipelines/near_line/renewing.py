"""A world whose lists a near-line worker renews."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from pymongo.asynchronous.collection import AsyncCollection
from redis.exceptions import RedisError

from infra.errors import ServerUnreachable
from infra.logs import NO_REQUEST
from infra.settings import MongodbSettings, RedisSettings
from infra.stores.generation_layout import Content
from infra.stores.guard import Guard
from infra.stores.interactions import Action
from infra.stores.recommendation_requests import RecommendationRequests, Request
from infra.stores.user_layout import Kind
from pipelines.near_line.worker import STREAMS
from tests.infra.stores.peopled import Peopled, peopled
from tests.pipelines.near_line.working import USER, publish

PATIENCE_SECONDS = 30


class World:
    """People, a generation, and what became of their lists."""

    def __init__(self, people: Peopled, generation: str) -> None:
        self.people = people
        self.generation = generation

    @property
    def lists(self) -> AsyncCollection:
        """The lists of users in the generation."""
        return self.people.database[Content.USER_LISTS.of(self.generation)]

    async def do(
        self,
        kind: Kind,
        *movie_ids: int,
        user_id: int | None = None,
        request_id: str = NO_REQUEST,
        **content: object,
    ) -> None:
        """Do something to movies now, as the first profile if no user is said, and let the worker hear of it."""
        user = user_id or self.people.user_id
        for movie_id in movie_ids:
            action = Action(user, kind, movie_id, datetime.now(UTC), content, request_id=request_id)
            await self.people.interactions.do(action)
        while await self.people.outbox.move():
            pass

    async def rate(self, *movie_ids: int, rating: float = 5.0, user_id: int | None = None) -> None:
        """Rate movies now, as the first profile if no user is said."""
        await self.do(Kind.RATING, *movie_ids, user_id=user_id, rating=rating)

    async def list_of(self, user_id: int | None = None) -> dict | None:
        """Return the list of a user, of the first profile if none is said."""
        return await self.lists.find_one({"_id": user_id or self.people.user_id})

    async def movies_of(self, user_id: int | None = None) -> list[int]:
        """Return the movies of that list, none without one."""
        return ((await self.list_of(user_id)) or {}).get("movie_ids", [])

    async def all_is_done(self) -> bool:
        """Tell whether every event was taken and is done."""
        for stream in STREAMS:
            if not await self.people.redis.exists(stream):
                continue
            (group,) = await self.people.redis.xinfo_groups(stream) or [None]
            (newest, _), *_ = await self.people.redis.xrevrange(stream, count=1) or [("0-0", None)]
            if group is None or group["pending"] or newest not in ("0-0", group["last-delivered-id"]):
                return False
        return True


@asynccontextmanager
async def world_of(mongodb: MongodbSettings, redis: RedisSettings) -> AsyncIterator[World]:
    """Publish, and have someone there."""
    generation = publish(mongodb)
    async with peopled(mongodb, redis) as people:
        yield World(people, generation)


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Wait until it holds; raises TimeoutError.

    A look for which Redis took too long is looked again: the worker shares this process, and may hold it up for long.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(RedisError, ServerUnreachable):
                if await condition():
                    return
            await asyncio.sleep(0.02)


def request(user_id: int = USER, name: str = "one") -> Request:
    """Return what asks for a user's list."""
    return Request(name, user_id, "age", "asked-by-a-test")


async def ask(people: Peopled, *requests: Request) -> None:
    """Ask the worker for lists."""
    guard = Guard("Redis", 5_000, RedisError)
    for each in requests:
        await RecommendationRequests(people.redis, guard).send(each)
