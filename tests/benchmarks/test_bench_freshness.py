from pipelines.near_line.champion import Champions, Wanted
from tests.benchmarks import bench_freshness
from tests.serving.scenarios import play


def test_a_worker_can_list_by_the_champion_of_the_bench(monkeypatch):
    monkeypatch.setattr(bench_freshness, "N_RATINGS", 1_000)

    async def scenario():
        return await Champions(bench_freshness.champion).newest(Wanted(None, None))

    assert play(scenario).version.name == "ials"
