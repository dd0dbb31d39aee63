"""Measure a whole night at several sizes and every figure beside its peer, and write the report: `make bench`.

A run of all sizes replaces the report under docs/ and what plans are calibrated from. One of some sizes leaves both in
`var/bench/report`, and lists only for a million ratings.
"""

import argparse
import json
import os
import platform
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from matplotlib.figure import Figure as Picture

from pipelines.capacity.growth import ETL
from pipelines.capacity.runs import MEASURED, write_runs
from tests.benchmarks.figures import Figure
from tests.benchmarks.nights import PEERS, run_night
from tests.benchmarks.processes import run
from tests.benchmarks.samples import SIZES

COMMITTED, OTHERS = Path("docs/benchmarks"), Path("var/bench/report")
QUICK = ("bench_spark_lists", "bench_second_stage", "bench_mongodb")
PARTS = ("bench_top_k", *QUICK)
MOST_TIMES_BARE_SPARK, MOST_GIGABYTES = 2.5, 8
GIGABYTE = 10**9


def etl_figures(size, took):
    """Return the ETL's processor seconds beside bare Spark's and its memory."""
    ours, bare = took[ETL], took[PEERS["spark"]]
    seconds = ours.processor_seconds, "bare Spark", bare.processor_seconds, MOST_TIMES_BARE_SPARK
    gigabytes = ours.peak_memory_bytes / GIGABYTE, "allowed", MOST_GIGABYTES, 1
    return [
        Figure(f"ETL of {size}", "processor seconds", *seconds, more_is_better=False),
        Figure(f"memory of the ETL of {size}", "GB", *gigabytes, more_is_better=False),
    ]


def measure_part(module, folder):
    file = folder / module
    run("tests.benchmarks.part", module, file)
    return [Figure(**figure) for figure in json.loads(file.read_text())]


def plot(nights, path):
    """Draw processor seconds and peak memory of every stage and peer against the number of ratings."""
    picture = Picture(figsize=(11, 4.5), layout="constrained")
    panels = picture.subplots(1, 2)
    n_ratings = [SIZES[size][2] for size in nights]
    for stage in next(iter(nights.values())):
        took = [night[stage] for night in nights.values()]
        panels[0].loglog(n_ratings, [each.processor_seconds for each in took], marker="o", label=stage)
        panels[1].loglog(n_ratings, [each.peak_memory_bytes / GIGABYTE for each in took], marker="o", label=stage)
    for panel, unit in zip(panels, ("processor seconds", "GB at the peak"), strict=True):
        panel.set(xlabel="ratings", ylabel=unit)
        panel.legend()
    picture.savefig(path)


INTRODUCTION = """\
# Benchmarks

`make bench` on {began_at}, {machine}, load {load[0]:.1f} before and {load[1]:.1f} after.
Seconds depend on the machine and on what else it does; a ratio to a peer in the same run does so less. Processor
seconds are those of a process and all it started.

| figure | ours | peer | | ratio | to be |
|---|---|---|---|---|---|
"""
NIGHTS = """
![Time and memory against the number of ratings](report.svg)

| ratings | stage | seconds | processor seconds | GB at the peak |
|---|---|---|---|---|
"""


def in_markdown(told):
    figures = [row(Figure(**figure)) for figure in told["figures"]]
    nights = [
        f"| {size} | {stage} | {took['seconds']:.0f} | {took['processor_seconds']:.1f} "
        f"| {took['peak_memory_bytes'] / GIGABYTE:.2f} |\n"
        for size, night in told["nights"].items()
        for stage, took in night.items()
    ]
    return "".join([INTRODUCTION.format(**told), *figures, NIGHTS, *nights])


def row(figure):
    bar = (
        f"{'at least' if figure.more_is_better else 'at most'} {figure.bar:g}{'' if figure.is_met else ': **missed**'}"
    )
    sides = f"{figure.ours:,.4g} {figure.unit} | {figure.peer_name} | {figure.peer:,.4g}"
    return f"| {figure.name} | {sides} | {figure.ratio:.2f} | {bar} |\n"


def measure(sizes, parts, folder):
    """Return every figure, what each stage of each night took, and the nights as recorded runs."""
    nights, runs = {}, []
    for size in sizes:
        nights[size], recorded = run_night(size, folder / size)
        runs.append(recorded)
        print(size, nights[size], flush=True)
    figures = etl_figures(sizes[-1], nights[sizes[-1]])  # of a small night, starting Spark is most
    for part in parts:
        figures += measure_part(part, folder)
        print(figures[-1], flush=True)
    return figures, nights, runs


def write(folder, told, nights):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(told, indent=2) + "\n")
    (folder / "report.md").write_text(in_markdown(told))
    plot(nights, folder / "report.svg")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    sizes = parser.parse_args().sizes
    is_full = sizes == list(SIZES)
    began_at, load = datetime.now(UTC), os.getloadavg()[0]
    OTHERS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=OTHERS.absolute()) as folder:
        figures, nights, runs = measure(sizes, PARTS if is_full else QUICK, Path(folder))
    told = {
        "began_at": f"{began_at:%Y-%m-%d %H:%M} UTC",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": [load, os.getloadavg()[0]],
        "figures": [figure._asdict() for figure in figures],
        "nights": {size: {stage: asdict(took) for stage, took in night.items()} for size, night in nights.items()},
    }
    write(COMMITTED if is_full else OTHERS, told, nights)
    write_runs(runs, MEASURED if is_full else OTHERS / MEASURED.name)


if __name__ == "__main__":
    main()
