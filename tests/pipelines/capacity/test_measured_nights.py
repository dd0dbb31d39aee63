"""The plan is held against the nights that `make bench` measured: each is foretold from the others."""

import pytest

from pipelines.capacity.growth import DRIVERS, having, predict
from pipelines.capacity.runs import read_runs

RUNS = read_runs()
FEWEST, MOST_OFF = 3, 0.2
MEASURED = [(stage, run) for stage in DRIVERS if len(having(stage, RUNS)) >= FEWEST for run in having(stage, RUNS)]


def test_every_stage_was_measured():
    assert all(having(stage, RUNS) for stage in DRIVERS)


@pytest.mark.parametrize(("stage", "left_out"), MEASURED, ids=lambda of: str(getattr(of, "workload", of)))
def test_a_night_costs_what_the_others_foretell(stage, left_out):
    foretold = predict(stage, left_out.workload, [run for run in RUNS if run is not left_out])

    assert foretold._asdict() == pytest.approx(left_out.stages[stage]._asdict(), rel=MOST_OFF)
