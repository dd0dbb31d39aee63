"""Many models at once, each in a process of its own, so that the memory of each is its own too."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from tqdm import tqdm

from infra.parallelism import models_at_once

Task = TypeVar("Task")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
    """Return what `work` makes of each task, in their order, each in a fresh process."""
    spawn = get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(models_at_once(), mp_context=spawn, max_tasks_per_child=1) as pool:
        return list(tqdm(pool.map(work, tasks), total=len(tasks), unit=" models", disable=None))
