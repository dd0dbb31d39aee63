"""Nights that were run and measured, which plans are calibrated from."""

import json
from pathlib import Path
from typing import NamedTuple

from pipelines.capacity.workload import Workload

MEASURED = Path(__file__).with_name("measured.json")
"""What `make bench` measured last, on the machine that its report names."""


class Cost(NamedTuple):
    """What one stage of a night took: seconds of a processor, bytes of memory at the worst, bytes left on disk."""

    processor_seconds: float
    peak_memory_bytes: float
    disk_bytes: float


class Run(NamedTuple):
    """A night of one size, and what each of its stages cost."""

    workload: Workload
    stages: dict[str, Cost]


def read_runs(path: Path = MEASURED) -> list[Run]:
    """Return the recorded nights, the smallest first."""
    runs = [
        Run(Workload(**run["workload"]), {stage: Cost(**cost) for stage, cost in run["stages"].items()})
        for run in json.loads(path.read_text())
    ]
    return sorted(runs, key=lambda run: run.workload.interactions)


def write_runs(runs: list[Run], path: Path = MEASURED) -> None:
    """Record nights in place of those recorded before."""
    recorded = [
        {
            "workload": run.workload._asdict(),
            "stages": {stage: cost._asdict() for stage, cost in run.stages.items()},
        }
        for run in runs
    ]
    path.write_text(json.dumps(recorded, indent=2) + "\n")
