"""How many cores the matrix products use."""

from __future__ import annotations

import os

from threadpoolctl import threadpool_limits


def available_cores() -> int:
    """The cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def leave_a_core_free() -> None:
    """Let matrix products use all cores but one, from now on; call it once NumPy is loaded.

    OpenBLAS's threads spin while they wait for each other. With as many as there are cores, whatever else wants one
    (painting, a pen, another program) stalls the whole product: on two busy cores a training fell from 130,000
    samples a second to 10,000 to 30,000, while on two idle ones the second thread gained nothing at batch 128. The
    window and the command line do the same, so the same seed gives the same bits in both.
    """
    threadpool_limits(max(1, available_cores() - 1), user_api="blas")
