import asyncio

from pipelines.calling.calls import connect
from pipelines.calling.viewer import Viewer
from tests.publication import publish


def test_whose_access_token_expired_rates_with_new_tokens(mongodb, api_address):
    publish(mongodb, users={})

    async def scenario():
        async with connect(api_address(), n_callers=2) as client:
            viewer = Viewer(client, "movielens-7", "correct horse battery")
            assert await viewer.sign_in() is None
            viewer._tokens["access_token"] = "expired"
            return [each.status for each in await asyncio.gather(viewer.rate(6, 3.0), viewer.rate(541, 4.5))]

    assert asyncio.run(scenario()) == [200, 200]
