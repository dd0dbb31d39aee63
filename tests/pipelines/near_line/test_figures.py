"""What Prometheus is told of the streams, and where."""

import asyncio
import socket

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from infra.errors import MachineUnfit
from infra.settings import WorkerSettings
from infra.stores.redis import connect
from infra.stores.streams import Consumer
from pipelines.near_line.figures import measure_streams, tell
from tests.conftest import free_port


def test_prometheus_is_told_of_the_streams_and_the_dead_letters(redis):
    async def scenario():
        async with connect(redis.address, as_text=True) as client:
            await client.xadd("interactions", {"event": "{}"}, "1-0")
            await client.xadd("dead_letters", {"event": "{}"})
            await Consumer(client, "workers", ["interactions"]).take(0.01)
            await measure_streams(client, "workers", ["interactions"])

    asyncio.run(scenario())
    settings = WorkerSettings(port=free_port())
    tell(settings)

    text = httpx.get(f"{settings.address}/metrics", trust_env=False).text
    families = text_string_to_metric_families(text)
    figures = {(each.name, each.labels.get("stream")): each.value for family in families for each in family.samples}
    assert figures["marquee_stream_pending", "interactions"] == 1
    assert figures["marquee_stream_lag_seconds", "interactions"] > 50 * 365 * 86_400
    assert figures["marquee_dead_letters", None] == 1


def test_a_port_that_is_taken_is_told_with_the_mend():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(MachineUnfit, match=f"port {port} .* set MARQUEE_WORKER__PORT"):
            tell(WorkerSettings(port=port))
