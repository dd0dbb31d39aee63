"""The worker asked why, with a real MongoDB and a real Redis."""

import asyncio
import json
from dataclasses import replace

import pytest

from infra.errors import NotExplained
from infra.stores.generation_layout import Content
from infra.stores.questions import Questions
from infra.stores.ranked_movies import ModelVersion
from infra.stores.redis import connect
from models.ials import Ials
from pipelines.near_line import explainer
from tests.catalogues import silent
from tests.infra.stores.peopled import peopled
from tests.pipelines.near_line.renewing import ask, request, until
from tests.pipelines.near_line.working import DRAMAS, USER, champion, publish, working

PATIENCE_SECONDS = 30


@pytest.fixture
def run(mongodb, redis):
    def run(scenario):
        async def within():
            async with connect(redis.address, as_text=True) as client:
                await scenario(client)

        asyncio.run(within())

    return run


async def why(client, movie_id, user_id=USER):
    """Return what a worker answers, once one has loaded its champion."""
    found = []

    async def is_answered():
        try:
            found.append(json.loads(await Questions(client).ask(user_id, movie_id, PATIENCE_SECONDS)))
        except NotExplained as error:
            assert "no near-line worker runs" in str(error)
            return False
        return "has not loaded a model yet" not in found[-1].get("missing", "")

    await until(is_answered)
    return found[-1]


UNSEEN = [movie for movie in DRAMAS if not (movie + USER) % 5]
"""The dramas that USER has not rated."""


def test_a_worker_tells_the_reasons_for_a_list_it_has_renewed_and_makes_the_same_score_again(mongodb, redis, run):
    lists = Content.USER_LISTS.of(publish(mongodb))

    async def scenario(client):
        async with working(mongodb, redis), peopled(mongodb, redis) as people:
            await why(client, UNSEEN[0])
            await ask(people, request())

            async def is_renewed():
                return await people.database[lists].find_one({"_id": USER, "generated_at": {"$ne": None}})

            await until(is_renewed)
            reasons = (await why(client, UNSEEN[0]))["reasons"]
        assert (reasons["verdict"], reasons["disagreement"]) == ("listed", "")
        assert reasons["again"]["rank"] == reasons["rank"] <= len(UNSEEN)
        assert reasons["opinions"] == [
            {"source": "als", "rank": reasons["rank"], "score": reasons["score"], "proposes": True}
        ]

    run(scenario)


def test_a_list_that_its_model_would_not_make_is_said_to_disagree(mongodb, redis, run):
    publish(mongodb)

    async def scenario(client):
        async with working(mongodb, redis):
            reasons = (await why(client, UNSEEN[0]))["reasons"]
        assert reasons["disagreement"].startswith("the score is 1 as stored and ")

    run(scenario)


def test_a_list_of_another_version_or_of_another_model_is_not_explained(mongodb, redis, run):
    publish(mongodb)

    def newer(wanted):
        return replace(champion(wanted), version=ModelVersion("als", 2))

    def stand_in(wanted):
        loaded = champion(wanted)
        return replace(loaded, recommender=Ials(n_factors=2, n_epochs=1).fit(loaded.ratings, silent(loaded.ratings)))

    async def scenario(client):
        async with working(mongodb, redis, newer):
            told = await why(client, UNSEEN[0])
            assert told == {"missing": "the list was made by als version 1, and als version 2 is loaded"}
        async with working(mongodb, redis, stand_in):
            assert await why(client, UNSEEN[0]) == {"missing": "the list was made by als, and ials is loaded"}

    run(scenario)


def test_a_question_that_cannot_be_answered_does_not_end_the_worker(mongodb, redis, run, monkeypatch):
    publish(mongodb)

    def fail(*_):
        raise RuntimeError("no reason at all")

    async def scenario(client):
        async with working(mongodb, redis):
            await why(client, UNSEEN[0])
            with monkeypatch.context() as patch:
                patch.setattr(explainer, "find_reasons", fail)
                assert "RuntimeError('no reason at all')" in (await why(client, UNSEEN[0]))["missing"]
            assert "no movie 5 in the catalogue" in (await why(client, 5))["missing"]
            assert "reasons" in await why(client, UNSEEN[0])

    run(scenario)
