"""Many models at once, each in a process of its own, so that the memory of each is its own too."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from tqdm import tqdm

from infra.parallelism import models_at_once

Task = TypeVar("Task")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Task], Result], tasks: Sequence[tuple[str, Task]]) -> list[Result | None]:
    """Return what `work` makes of each task, in their order, each in a fresh process.

    A task that breaks is left out: it gives None, and its title and the reason are printed.
    """
    with ThreadPoolExecutor(models_at_once()) as pool:
        return list(tqdm(pool.map(partial(_apart, work), tasks), total=len(tasks), unit=" models", disable=None))


def _apart(work: Callable[[Task], Result], titled: tuple[str, Task]) -> Result | None:
    title, task = titled
    spawn = get_context("spawn")  # a fork of a process with threads may hang
    with ProcessPoolExecutor(1, mp_context=spawn) as process:  # of its own, since one that is killed ends its pool
        try:
            return process.submit(work, task).result()
        except Exception as error:  # whatever broke this one, the others go on
            print(f"{title} is left out: {type(error).__name__}: {error}", flush=True)
            return None
