"""Limit BLAS to one thread while a network calculates. All calculations of this process share the limit."""

from __future__ import annotations

import os
from contextlib import ContextDecorator
from importlib.util import find_spec
from threading import RLock
from typing import Any

import numpy  # noqa: F401  # loads the BLAS library: threadpoolctl finds only libraries that are loaded

ONE_THREAD_ENVIRONMENT = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Environment variables with which a new process has one BLAS thread from its start."""


def can_limit_blas_threads() -> bool:
    """Whether `one_blas_thread` works: threadpoolctl is installed, or this process started with one thread."""
    return find_spec("threadpoolctl") is not None or ONE_THREAD_ENVIRONMENT.items() <= os.environ.items()


def one_blas_thread() -> _SharedLimit:
    """Limit BLAS to one thread in this process, so that each matrix product runs on the thread that asks for it.

    The bits of a product depend on the number of threads, so every calculation that must be reproducible runs within
    this limit; see `nncore.training.parallel.batch_gradients` for the gain in speed. Users may overlap in any order and
    on any threads: the first sets the limit, the last one restores the earlier number of threads. The result is a
    context manager and a decorator. Without the package threadpoolctl, BLAS keeps its number of threads.
    """
    return _limit


class _SharedLimit(ContextDecorator):
    """A context that sets the limit; it counts its users, and the last user that leaves it removes the limit."""

    def __init__(self) -> None:
        # Reentrant: the garbage collector may close an abandoned training, which leaves the context, on a thread that
        # has the lock already.
        self._lock = RLock()
        self._users = 0
        self._libraries: list[Any] = []
        self._threads_before: list[int] = []

    def __enter__(self) -> None:
        with self._lock:
            self._libraries = self._libraries or _blas_libraries()
            if not self._users:
                self._threads_before = [library.get_num_threads() for library in self._libraries]
            # Every user sets the limit, not only the first: MKL, and OpenBLAS with OpenMP, have a limit per thread.
            self._set_threads([1] * len(self._libraries))
            self._users += 1

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                self._set_threads(self._threads_before)

    def _set_threads(self, counts: list[int]) -> None:
        for library, count in zip(self._libraries, counts, strict=True):
            if library.get_num_threads() != count:
                _lift_thread_restriction(library)
                library.set_num_threads(count)
            if count > 1:
                _lift_thread_restriction(library)


_limit = _SharedLimit()


def _blas_libraries() -> list[Any]:
    """Return the controllers of all BLAS libraries in this process; none without threadpoolctl.

    The search takes 0.4 ms, or 6 ms in a process with Qt.
    """
    try:
        from threadpoolctl import ThreadpoolController
    except ModuleNotFoundError:  # nncore needs only NumPy
        return []
    libraries: list[Any] = ThreadpoolController().select(user_api="blas").lib_controllers
    return libraries


def _lift_thread_restriction(library: Any) -> None:
    """Remove a restriction of threadpoolctl 3.8: for OpenBLAS, only the first thread that set a number may change it.

    All threads of the process share this limit, and a different thread may have to restore the number.
    """
    lift_restriction = getattr(library, "clear_controlling_thread", None)
    if lift_restriction is not None:
        lift_restriction(force=True)
