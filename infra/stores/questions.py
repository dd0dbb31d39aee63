"""Questions that the API asks the near-line workers, who have a model loaded: request and reply over Redis.

    questions        a channel; a message is JSON: `id`, `user_id`, `movie_id`
    taken:<id>       set by the worker that answers, so that of many who listen one does
    answer:<id>      a list of one answer, which is text; both keys last for seconds

A channel keeps nothing: that nobody listens is known at once, and no question is answered that nobody waits for.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from uuid import uuid4

from redis.asyncio import Redis

from infra.errors import NotExplained
from infra.stores.redis import LONGEST_SECONDS, answering

CHANNEL = "questions"
KEPT_SECONDS = 30
WAIT_SECONDS = LONGEST_SECONDS / 2
"""What a look at Redis may wait at once, which is less than what its client takes for an outage."""


@dataclass(frozen=True, slots=True)
class Question:
    """Why is this movie in this user's list, or why not?"""

    id: str
    user_id: int
    movie_id: int


class Questions:
    """Both ends; everything here raises ServerUnreachable when Redis does not answer. `client` answers with text."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def ask(self, user_id: int, movie_id: int, patience_seconds: float) -> str:
        """Return a worker's answer; raises NotExplained when none listens or none answers in time."""
        question = Question(uuid4().hex, user_id, movie_id)
        until = asyncio.get_running_loop().time() + patience_seconds
        with answering():
            if not await self._client.publish(CHANNEL, json.dumps(asdict(question))):
                raise NotExplained(
                    "no near-line worker runs that could ask the model: start one with "
                    "`python -m pipelines refresh_worker`, or ask by `python -m pipelines why`"
                )
            while (left := until - asyncio.get_running_loop().time()) > 0:
                found = await self._client.blpop([_answer_key(question)], min(left, WAIT_SECONDS))
                if found:
                    return str(found[1])
        raise NotExplained(f"no near-line worker answered within {patience_seconds:g} seconds: try again")

    async def listen(self) -> AsyncIterator[Question]:
        """Yield the questions that are this worker's to answer, until called off."""
        with answering():
            async with self._client.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                while True:
                    heard = await channel.get_message(ignore_subscribe_messages=True, timeout=WAIT_SECONDS)
                    question = Question(**json.loads(heard["data"])) if heard else None
                    if question and await self._client.set(f"taken:{question.id}", "", nx=True, ex=KEPT_SECONDS):
                        yield question

    async def answer(self, question: Question, text: str) -> None:
        """Answer a question; nobody minds when whoever asked has gone."""
        with answering():
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.rpush(_answer_key(question), text)
                pipeline.expire(_answer_key(question), KEPT_SECONDS)
                await pipeline.execute()


def _answer_key(question: Question) -> str:
    return f"answer:{question.id}"
