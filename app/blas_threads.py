"""How many cores the matrix products use."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def available_cores() -> int:
    """The cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def leave_window_a_core() -> AbstractContextManager[object]:
    """While it lasts, matrix products leave one core free, on which the window stays quick.

    OpenBLAS's threads spin while they wait for each other: with as many as there are cores, whatever else wants a
    core (painting, a pen) stalls the whole product.
    """
    limit: AbstractContextManager[object] = threadpool_limits(max(1, available_cores() - 1), user_api="blas")
    return limit
