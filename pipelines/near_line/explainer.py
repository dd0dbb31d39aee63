"""A near-line worker has a model loaded, so it is the one who can say why a movie is in a list."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from pymongo.asynchronous.database import AsyncDatabase

from infra.ending import end
from infra.errors import MarqueeError, NotExplained, ServerUnreachable
from infra.stores.list_records import read_list_record
from infra.stores.mongodb import Document
from infra.stores.questions import Question, Questions
from pipelines.explaining.reasons import find_reasons
from pipelines.near_line.champion import Champions

PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


@asynccontextmanager
async def answering_beside(
    questions: Questions, database: AsyncDatabase[Document], champions: Champions
) -> AsyncIterator[None]:
    """Answer questions beside the block."""
    task = asyncio.create_task(answer_questions(questions, database, champions))
    try:
        yield
    finally:
        await end([task])


async def answer_questions(questions: Questions, database: AsyncDatabase[Document], champions: Champions) -> None:
    """Answer the API's questions, one at a time, until called off; an outage is waited for."""
    while True:
        try:
            async for question in questions.listen():
                await questions.answer(question, await answer_to(question, database, champions))
        except ServerUnreachable as error:
            log.warning("no question can be heard: %s", error)
            await asyncio.sleep(PAUSE_SECONDS)


async def answer_to(question: Question, database: AsyncDatabase[Document], champions: Champions) -> str:
    """Return JSON: `reasons`, or why they are `missing`."""
    try:
        record = await read_list_record(database, question.user_id, question.movie_id)
        if champions.loaded is None:
            raise NotExplained("the near-line worker has not loaded a model yet: try again in a minute")
        reasons = await asyncio.to_thread(find_reasons, champions.loaded, record)
        return json.dumps({"reasons": asdict(reasons)}, allow_nan=False)
    except MarqueeError as error:
        return json.dumps({"missing": str(error)})
    except Exception as error:  # whatever it is, it must not end the worker
        log.exception("the question about user %d and movie %d failed", question.user_id, question.movie_id)
        return json.dumps({"missing": f"the near-line worker could not tell, its log says more: {error!r}"})
