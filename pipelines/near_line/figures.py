"""The figures of a near-line worker, for Prometheus. Counts are of this process; streams are of all workers."""

from collections.abc import Sequence
from datetime import UTC, datetime

from prometheus_client import Counter, Gauge, Histogram, start_http_server
from redis.asyncio import Redis

from infra.errors import MachineUnfit
from infra.settings import WorkerSettings
from infra.stores.backlog import read_backlog
from infra.stores.dead_letters import STREAM as DEAD_LETTERS
from infra.stores.ranked_movies import ModelVersion
from infra.stores.redis import answering

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

BATCH_SECONDS = Histogram("marquee_worker_batch_seconds", "From a batch of events to its lists", buckets=SECONDS)
LISTS = Counter("marquee_worker_lists", "Lists made anew")
CHAMPION = Gauge("marquee_champion_version", "The version that lists are made for", ["model"])
LAG = Gauge("marquee_stream_lag_seconds", "How long the oldest event that is not done has waited", ["stream"])
PENDING = Gauge("marquee_stream_pending", "Events that were taken and are not done", ["stream"])
DEAD = Gauge("marquee_dead_letters", "Events that could not be handled")


def tell(settings: WorkerSettings) -> None:
    """Answer Prometheus from now on; raises MachineUnfit when the port is taken."""
    try:
        start_http_server(settings.port, settings.host)
    except OSError as error:
        raise MachineUnfit(
            f"port {settings.port} of {settings.host} cannot be had ({error}): another worker may have it, so set "
            "MARQUEE_WORKER__PORT to a port of this one's own"
        ) from error


def count_batch(n_lists: int, seconds: float) -> None:
    """Count the lists of a batch."""
    BATCH_SECONDS.observe(seconds)
    LISTS.inc(n_lists)


def show_champion(version: ModelVersion) -> None:
    """Show which champion lists are made for from now on."""
    CHAMPION.clear()
    CHAMPION.labels(version.name).set(version.version)


async def measure_streams(client: Redis, group: str, streams: Sequence[str]) -> None:
    """Look at what waits in the streams, and at what was given up; raises ServerUnreachable."""
    for stream in streams:
        backlog = await read_backlog(client, stream, group)
        LAG.labels(stream).set(backlog.lag_seconds(datetime.now(UTC)))
        PENDING.labels(stream).set(backlog.n_pending)
    with answering():
        DEAD.set(await client.xlen(DEAD_LETTERS))
