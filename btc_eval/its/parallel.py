"""The same call over many tasks: here, in several processes, or on an engine that joblib knows (Dask, Ray)."""

from __future__ import annotations

import importlib
import importlib.util
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def run(function: Callable[[Task], Answer], tasks: Sequence[Task], jobs: int | None = 1) -> list[Answer]:
    """Apply `function` to each of `tasks`, in order.

    Parameters
    ----------
    function
        Defined at the top of a module, so that another process can find it.
    jobs
        1: one after another, here. More, or −1 for every core: in that many processes. `None`: as the surrounding
        `joblib.parallel_config(...)` says, for instance `joblib.parallel_config(backend="dask")`.

    Notes
    -----
    joblib is used where it is installed, so its backends apply; without it, the standard library's process pool.
    """
    if jobs == 1 or len(tasks) < 2:
        return [function(task) for task in tasks]
    if importlib.util.find_spec("joblib") is not None:
        joblib: Any = importlib.import_module("joblib")
        return list(joblib.Parallel(n_jobs=jobs)(joblib.delayed(function)(task) for task in tasks))
    workers = (os.cpu_count() or 1) if jobs is None or jobs < 1 else jobs
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(function, tasks))
