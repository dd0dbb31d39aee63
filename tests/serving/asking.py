"""Many callers of the API at once, who mind what answers came from and how long they took."""

import asyncio
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from prometheus_client.parser import text_string_to_metric_families

PATIENCE_SECONDS = 60.0
N_CALLERS = 4
LEAST_RIGHT = 0.95  # of the answers of an address, where servers change their minds in between

HOT, COLD = "/api/v1/users/7/recommendations", "/api/v1/users/{}/recommendations"
SIMILAR, GENRE = "/api/v1/movies/541/recommendations", "/api/v1/movies/popular?genre=Crime"
WELL = {HOT: "personal", COLD: "popular", SIMILAR: "similar", GENRE: "genre"}
WITHOUT_LISTS = {**WELL, HOT: "popular", SIMILAR: "genre"}


class Callers:
    """Ask for everything, and keep what they are told."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._n_asked = 0
        self.milliseconds: list[float] = []

    async def ask(self, n_requests: int) -> dict[str, Counter[str]]:
        """Ask so often, by several callers at once; return what the answers of each address came from."""
        sources: dict[str, Counter[str]] = {address: Counter() for address in WELL}

        async def call() -> None:
            for n in range(n_requests // N_CALLERS):
                address = list(WELL)[n % len(WELL)]
                self._n_asked += 1
                answer = await self._client.get(address.format(100_000 + self._n_asked))
                assert answer.status_code == 200
                assert answer.json()["movies"], address
                assert answer.headers["X-Reco-Source"] == answer.json()["source"]
                self.milliseconds.append(1e3 * answer.elapsed.total_seconds())
                sources[address][answer.json()["source"]] += 1

        async with asyncio.TaskGroup() as callers:
            for _ in range(N_CALLERS):
                callers.create_task(call())
        return sources

    async def p99(self, n_requests: int, sources: Mapping[str, str]) -> float:
        """Ask so often, be told these sources, and return the 99th percentile of the milliseconds it took."""
        self.milliseconds.clear()
        for address, told in (await self.ask(n_requests)).items():
            assert told[sources[address]] >= LEAST_RIGHT * told.total(), (address, told)
        return statistics.quantiles(self.milliseconds, n=100)[98]

    async def until_told(self, sources: Mapping[str, str]) -> None:
        """Ask until most answers come from these sources."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while mostly(await self.ask(4 * N_CALLERS)) != sources:
                await asyncio.sleep(0.2)

    async def figures(self) -> dict[str, float]:
        """Return what the API tells Prometheus, by the name of the sample."""
        text = (await self._client.get("/metrics")).text
        return {each.name: each.value for family in text_string_to_metric_families(text) for each in family.samples}


def mostly(sources: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return what most answers of each address came from."""
    return {address: counted.most_common(1)[0][0] for address, counted in sources.items()}


@asynccontextmanager
async def asking(address: str) -> AsyncIterator[Callers]:
    """Ask the API at an address."""
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS, trust_env=False) as client:
        yield Callers(client)
