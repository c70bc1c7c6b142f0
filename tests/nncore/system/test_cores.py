from __future__ import annotations

import os
import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info

from nncore.system.cores import available_cores


def blas_threads() -> set[int]:
    return {int(pool["num_threads"]) for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot say which cores a process has")
def test_only_the_cores_that_this_process_may_run_on_count() -> None:
    allowed = os.sched_getaffinity(0)
    assert available_cores() == len(allowed)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert available_cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)


def in_a_process_of_its_own(code: str) -> str:
    """What `code` prints where BLAS has two threads."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2"}, capture_output=True, text=True, check=True, timeout=240,
    ).stdout  # fmt: skip


def test_blas_has_one_thread_for_as_long_as_it_lasts() -> None:
    printed = in_a_process_of_its_own(
        "import numpy; from nncore.system.cores import one_blas_thread\n"
        "from tests.nncore.system.test_cores import blas_threads\n"
        "print(*blas_threads())\n"
        "with one_blas_thread(): print(*blas_threads())\n"
        "print(*blas_threads())"
    )
    before, meanwhile, afterwards = printed.split()
    assert meanwhile == "1"
    assert afterwards == before  # 2, but for a BLAS that was built for one


def test_without_threadpoolctl_blas_stays_as_it_is() -> None:
    printed = in_a_process_of_its_own(
        "import sys; sys.modules['threadpoolctl'] = None; from nncore.system.cores import one_blas_thread\n"
        "with one_blas_thread(): print('in')\n"
        "print('out')"
    )
    assert printed.split() == ["in", "out"]


def test_a_training_works_with_one_blas_thread_and_gives_back_what_there_were() -> None:
    printed = in_a_process_of_its_own(
        "from nncore.training import TrainingConfig, train\n"
        "from tests.nncore.runs import few_digits, fresh_network\n"
        "from tests.nncore.system.test_cores import blas_threads\n"
        "before = blas_threads()\n"
        "for event in train(fresh_network(), few_digits(), TrainingConfig(epochs=1)): assert blas_threads() == {1}\n"
        "assert blas_threads() == before\n"
        "print('done')"
    )
    assert printed == "done\n"
