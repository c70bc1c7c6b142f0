from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from app import blas_threads
from app.blas_threads import available_cores, leave_a_core_free


def blas_thread_counts() -> set[int]:
    np.ones((4, 4)) @ np.ones((4, 4))
    return {library["num_threads"] for library in ThreadpoolController().select(user_api="blas").info()}


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 2)])
def test_one_core_is_left_free(monkeypatch: pytest.MonkeyPatch, cores: int, threads: int) -> None:
    monkeypatch.setattr(blas_threads, "available_cores", lambda: cores)
    with threadpool_limits(user_api="blas"):  # puts back what was before
        leave_a_core_free()
        assert blas_thread_counts() == {threads}


def test_the_cores_counted_are_those_of_this_process() -> None:
    assert available_cores() >= 1
