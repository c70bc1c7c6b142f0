"""How many cores there are, and what BLAS does with them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def available_cores() -> int:
    """The cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let each matrix product run on the thread that asks for it, for as long as this lasts; see `batch_gradients`.

    The bits of a product depend on the number of threads, so this is also what makes a run the same everywhere. Without
    the package threadpoolctl BLAS stays as it is.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError:  # nncore needs nothing but NumPy
        yield
        return
    with threadpool_limits(1, user_api="blas"):
        yield
