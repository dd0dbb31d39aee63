import os

import pytest

from infra.errors import ModelRefused
from pipelines.training.side_by_side import side_by_side


def tell(number):
    """Return the number and the process it was told in; 0 is refused."""
    if not number:
        raise ModelRefused("there is no model of that number")
    return number, os.getpid()


def test_each_task_has_a_process_of_its_own_and_results_keep_the_order_of_tasks():
    told = side_by_side(tell, [3, 1, 2])

    assert [number for number, _ in told] == [3, 1, 2]
    assert len({process for _, process in told} | {os.getpid()}) == 4


def test_an_error_in_one_is_raised():
    with pytest.raises(ModelRefused, match="there is no model of that number"):
        side_by_side(tell, [1, 0])
