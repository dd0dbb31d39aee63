import asyncio
import json
from datetime import timedelta

from redis.exceptions import RedisError

from infra.stores.guard import Guard
from infra.stores.list_cache import ListCache
from infra.stores.ranked_movies import RankedMovies
from infra.stores.recommendation_requests import STREAM, RecommendationRequests
from infra.stores.user_lists import UserLists
from pipelines import refresh_older_than
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT, publish

NOON = NIGHT + timedelta(hours=12)


def test_old_lists_are_asked_for_once_with_pauses_and_young_ones_are_not(mongodb, redis):
    async def scenario():
        generation = publish(mongodb, {7: [6], 8: [6], 9: [6]})
        async with peopled(mongodb, redis) as people:
            guard = Guard("Redis", 5_000, RedisError)
            lists = UserLists(people.database, ListCache(people.redis, guard), people.events)
            await lists.write(generation, {8: RankedMovies([1], [1.0], generated_at=NOON)})
            requests, slept = RecommendationRequests(people.redis, guard), []

            async def sleep(seconds):
                slept.append(seconds)

            n_asked = [await refresh_older_than.run(lists, requests, NOON, 20, sleep) for _ in range(2)]
            asked = [json.loads(fields["event"]) for _, fields in await people.redis.xrange(STREAM)]
        assert (n_asked, slept) == ([2, 0], [0.05, 0.05])
        assert sorted((each["user_id"], each["why"]) for each in asked) == [(7, "age"), (9, "age")]

    asyncio.run(scenario())


def test_it_works_on_the_configured_servers(mongodb, redis, configure, capsys):
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database, REDIS__URL=redis.address)
    publish(mongodb, {7: [6]}, began_at=NIGHT - timedelta(days=3_000))

    for _ in range(2):
        refresh_older_than.main(hours=36, per_second=100)

    assert capsys.readouterr().out.splitlines() == [
        "1 lists older than 36 hours were asked for",
        "0 lists older than 36 hours were asked for",
    ]
