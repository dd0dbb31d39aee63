import os
import signal

import pytest

from infra.errors import ModelRefused
from pipelines.training.side_by_side import side_by_side


def tell(number):
    """Return the number and the process it was told in; 0 is refused, and -1 kills the process."""
    if number == -1:
        os.kill(os.getpid(), signal.SIGKILL)
    if not number:
        raise ModelRefused("there is no model of that number")
    return number, os.getpid()


def test_each_task_has_a_process_of_its_own_and_results_keep_the_order_of_tasks():
    told = side_by_side(tell, [("three", 3), ("one", 1), ("two", 2)])

    assert [number for number, _ in told] == [3, 1, 2]
    assert len({process for _, process in told} | {os.getpid()}) == 4


@pytest.mark.parametrize(
    ("broken", "reason"), [(0, "ModelRefused: there is no model of that number"), (-1, "BrokenProcessPool: ")]
)
def test_one_that_breaks_is_left_out_and_harms_no_other(broken, reason, capfd):
    told = side_by_side(tell, [("one", 1), ("broken", broken), ("two", 2)])

    assert [result and result[0] for result in told] == [1, None, 2]
    assert f"broken is left out: {reason}" in capfd.readouterr().out
