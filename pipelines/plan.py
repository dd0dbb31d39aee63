"""Say what a night, its stores and the API need at a size that nobody has run yet."""

from collections.abc import Iterator
from math import ceil

from infra.errors import MachineUnfit, ServerUnreachable
from infra.settings import Settings, get_settings
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from pipelines.capacity.growth import DRIVERS, ETL, having, predict, times_beyond, within_heap
from pipelines.capacity.here import NOT_KNOWN, corrected, newest_etl, newest_publication
from pipelines.capacity.runs import Cost, Run, read_runs
from pipelines.capacity.serving import RATE_OF_REPLICA, availability, quickest, replicas_for
from pipelines.capacity.stores import store_sizes
from pipelines.capacity.workload import NOTHING, Workload

GIGABYTE = 10**9
FEWEST_CORES = 2
MONGODB_NODES, MONGODB_MAJORITY = 3, 2


def main(
    n_users: int,
    n_movies: int,
    n_interactions: int,
    n: int = 100,
    hours: float = 6.0,
    rate: float = 100.0,
    p99_seconds: float = 0.1,
    node_availability: float = 0.995,
) -> None:
    """Print the plan of a night that is to take so many hours, and of an API that is asked `rate` times a second."""
    settings, workload, runs = get_settings(), Workload(n_users, n_movies, n_interactions, n), read_runs()
    print(f"{n_users:,} users, {n_movies:,} movies, {n_interactions:,} interactions, lists of {n}")
    print(*basis(workload, runs), sep="\n")
    costs = {stage: predict(stage, workload, runs) for stage in DRIVERS}
    for newest in newest_here(settings, n):
        [(stage, taken)] = newest.stages.items()
        foretold, of_nothing = (predict(stage, each, runs) for each in (newest.workload, NOTHING))
        costs[stage] = corrected(costs[stage], taken, foretold, of_nothing)
        print(beside(newest, foretold))
    costs[ETL] = within_heap(costs[ETL], settings.spark.driver_memory_mb)
    print(*night(costs, hours), sep="\n")
    for store, n_bytes in store_sizes(workload, costs, rate).items():
        print(f"{store:<26}{n_bytes / GIGABYTE:>12,.1f} GB")
    print(*api(rate, p99_seconds, node_availability), sep="\n")


def basis(workload: Workload, runs: list[Run]) -> list[str]:
    """Return from which runs the plan is calibrated, and how far it goes beyond them."""
    sizes = {stage: ", ".join(f"{run.workload.interactions:,}" for run in having(stage, runs)) for stage in DRIVERS}
    beyond = [
        f"EXTRAPOLATED: {name}, {times:,.0f} times the largest run"
        for name, times in times_beyond(workload, runs).items()
        if times >= 2
    ]
    return [*(f"{stage} is calibrated from nights of {told} interactions" for stage, told in sizes.items()), *beyond]


def newest_here(settings: Settings, n: int) -> Iterator[Run]:
    """Yield the newest ETL and publication of this installation, of one stage each; say why there is none."""
    if newest := newest_etl(Lake(settings.lake.root), n):
        yield newest
    else:
        print("etl is not corrected: no snapshot here tells what it took")
    try:
        with GenerationStore(settings.mongodb.address, settings.mongodb.database) as store:
            if newest := newest_publication(store):
                yield newest
            else:
                print("publish is not corrected: the generation in force, if any, was not computed in one go here")
    except (MachineUnfit, ServerUnreachable) as error:
        print(f"publish is not corrected: {error}")


def beside(newest: Run, foretold: Cost) -> str:
    """Return how far the newest run of a stage in this installation was from what is foretold for its size."""
    [(stage, taken)] = newest.stages.items()
    told = [
        f"{did / said:.2f} times the {figure}"
        for figure, did, said in zip(("processor", "memory", "disk"), taken, foretold, strict=True)
        if did != NOT_KNOWN
    ]
    size = f"{newest.workload.interactions:,} interactions"
    return f"{stage} is corrected by the newest here, of {size}, which took {', '.join(told)} foretold"


def night(costs: dict[str, Cost], hours: float) -> list[str]:
    """Return a line per stage, on as many cores as finish all of them in time.

    A stage is taken to keep its cores busy: what waits or cannot be shared out takes longer.
    """
    needed = sum(cost.processor_seconds for cost in costs.values())
    cores = max(FEWEST_CORES, ceil(needed / (hours * 3_600)))
    lines = [f"{'stage':<10}{'cores':>6}{'hours':>9}{'memory':>12}{'disk':>12}"]
    lines += [
        f"{stage:<10}{cores:>6}{cost.processor_seconds / cores / 3_600:>9.2f}"
        f"{cost.peak_memory_bytes / GIGABYTE:>9,.1f} GB{cost.disk_bytes / GIGABYTE:>9,.1f} GB"
        for stage, cost in costs.items()
    ]
    return [*lines, f"{'together':<10}{cores:>6}{needed / cores / 3_600:>9.2f}"]


def api(rate: float, p99_seconds: float, of_node: float) -> list[str]:
    """Return how many replicas the API needs, one more than can answer, and how often lists can be had."""
    if p99_seconds <= quickest():
        return [f"API: a replica's p99 is {quickest():.4f} s at best (measured: {RATE_OF_REPLICA:g} lists a second)"]
    needed = replicas_for(rate, p99_seconds)
    replicas = needed + 1
    personal = availability(needed, replicas, of_node) * availability(MONGODB_MAJORITY, MONGODB_NODES, of_node)
    return [
        f"API: {replicas} replicas, one more than {rate:g} a second with a p99 of {p99_seconds:g} s need",
        f"available: {personal:.4%} lists from MongoDB within that time ({MONGODB_NODES} nodes, nodes fail alone)",
        f"           {availability(1, replicas, of_node):.6%} any list at all, as the API answers without its stores",
    ]
