"""A sweep on this machine: one worker process per core, and each does one run after another."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.experiments.sweep.grid import SweepJob
from nncore.experiments.sweep.job import SweepProgress, SweepResult, run_job
from nncore.experiments.sweep.shared_data import DataSource, share_data
from nncore.system.cores import available_cores
from nncore.system.crash_trace import trace_helper_crashes
from nncore.system.temporary_folder import sweep_folder

SWEEP_POLL_INTERVAL = 0.1
"""Seconds between two checks of the parent: progress of the workers, and `cancelled`."""

MAX_ATTEMPTS = 2
"""A run whose process dies is tried once more and then fails, because the run itself may be the cause."""

PROCESS_DIED = (
    "The process of this run ended unexpectedly two times: the run may need more memory than the computer has."
)

# The data and settings of this worker process, the same for all its jobs.
_worker_state: dict[str, Any] = {}


def run_sweep(
    jobs: Sequence[SweepJob],
    data: DataSource,
    validation_fraction: float = 0.0,
    workers: int | None = None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[SweepProgress | SweepResult]:
    """Do all `jobs`, several at a time; yields the result of each once, when it ends, and regularly the progress.

    workers: the number of processes, each on one core; None for one per core. cancelled: called often; when it returns
    True, runs in progress end with the state "stopped" within a step, and no other run begins. Closing the iterator
    also ends the workers. If a worker dies, only its current run is affected: a new worker does it again, and if this
    worker dies too, the result has the state "failed".

    The workers are started with "spawn", so a script that calls this needs the usual `if __name__ == "__main__"`.
    """
    workers = max(1, min(workers or available_cores(), len(jobs)))
    with sweep_folder() as folder:
        sweep = _Sweep(jobs, validation_fraction, workers)
        try:
            yield from sweep.events(share_data(data, folder), cancelled=cancelled)
        finally:
            sweep.close()


@dataclass(frozen=True)
class _RunningJob:
    """A job in a worker process. index: its place in the list of jobs. attempt: from 1."""

    worker: ProcessPoolExecutor
    index: int
    job: SweepJob
    attempt: int


class _Sweep:
    """One sweep in the parent process. Each worker is a pool of one process, so that its job is known if it dies."""

    def __init__(self, jobs: Sequence[SweepJob], validation_fraction: float, workers: int) -> None:
        """Start the workers, so that they can import their modules while the data is being written."""
        self._context = multiprocessing.get_context("spawn")
        # The completed fraction of each job. A flag in shared memory costs a step nothing, an Event some microseconds.
        self._fractions, self._stop = self._context.RawArray("d", len(jobs)), self._context.RawArray("b", 1)
        self._initial = (validation_fraction, self._stop, self._fractions)
        # The longest job is at the end of the list and starts first: if it started last, the other cores would be idle.
        waiting = [(index, job, 1) for index, job in enumerate(jobs)][::-1]
        self._waiting = sorted(waiting, key=lambda each: each[1].work)
        self._running: dict[Future[SweepResult], _RunningJob] = {}
        self._idle = [self._worker() for _ in range(workers)]
        self._count = len(jobs)
        self._done = 0
        self._began = perf_counter()

    def _worker(self) -> ProcessPoolExecutor:
        worker = ProcessPoolExecutor(1, self._context, _start_worker, self._initial)
        worker.submit(_import_modules)  # a pool starts its process with the first task
        return worker

    def events(
        self, data: Callable[[], Splits], *, cancelled: Callable[[], bool]
    ) -> Iterator[SweepProgress | SweepResult]:
        """Yield progress and results, until all jobs are done or, after `cancelled`, no job is running."""
        yield self._progress()
        while self._waiting or self._running:
            if cancelled():
                self._stop[0] = True
                self._waiting.clear()
            while self._idle and self._waiting:
                self._submit(self._idle.pop(), data, *self._waiting.pop())
            ended, _ = wait(self._running, SWEEP_POLL_INTERVAL, FIRST_COMPLETED)
            for future in ended:
                result = self._result_of(future)
                if result is not None:
                    yield result
            yield self._progress()

    def _submit(
        self, worker: ProcessPoolExecutor, data: Callable[[], Splits], index: int, job: SweepJob, attempt: int
    ) -> None:
        try:
            future = worker.submit(_do_job, data, index, job)
        except BrokenProcessPool:  # the worker died while it was idle
            worker.shutdown(wait=False)
            worker = self._worker()
            future = worker.submit(_do_job, data, index, job)
        self._running[future] = _RunningJob(worker, index, job, attempt)

    def _result_of(self, future: Future[SweepResult]) -> SweepResult | None:
        """The result of a job that ended; None if its worker died and it is tried again."""
        running = self._running.pop(future)
        worker, index, job, attempt = running.worker, running.index, running.job, running.attempt
        try:
            result = replace(future.result(), attempts=attempt)
            self._idle.append(worker)
        except BrokenProcessPool:
            worker.shutdown(wait=False)
            self._idle.append(self._worker())
            if self._stop[0]:
                result = SweepResult(job, "stopped")
            elif attempt < MAX_ATTEMPTS:
                self._fractions[index] = 0.0
                self._waiting.append((index, job, attempt + 1))
                return None
            else:
                result = SweepResult(job, "failed", problem=PROCESS_DIED, attempts=attempt)
        self._done += 1
        self._fractions[index] = 1.0
        return result

    def _progress(self) -> SweepProgress:
        fraction = sum(self._fractions) / self._count if self._count else 1.0
        running = tuple((each.job, self._fractions[each.index]) for each in self._running.values())
        return SweepProgress(self._done, self._count, fraction, perf_counter() - self._began, running)

    def close(self) -> None:
        """Stop the workers and wait until they have ended."""
        self._stop[0] = True
        for worker in (*self._idle, *(running.worker for running in self._running.values())):
            worker.shutdown(wait=True, cancel_futures=True)


def _start_worker(validation_fraction: float, stop: Any, fractions: Any) -> None:
    """Prepare a worker process."""
    for name in ("SIGINT", "SIGHUP"):  # Ctrl+C and the end of a terminal reach every process; the parent handles them
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    trace_helper_crashes()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker_state.update(splits=None, validation_fraction=validation_fraction, stop=stop, fractions=fractions)


def _end_with_parent() -> None:
    """End this process when the parent is killed; it would otherwise wait for its next job for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _import_modules() -> None:
    """Do nothing; the task makes the process import its modules."""


def _do_job(data: Callable[[], Splits], index: int, job: SweepJob) -> SweepResult:
    """Do a job; runs in a worker process."""
    fractions, stop = _worker_state["fractions"], _worker_state["stop"]

    def report(fraction: float) -> None:
        fractions[index] = fraction

    def stopped() -> bool:
        return bool(stop[0])

    try:
        if _worker_state["splits"] is None:
            _worker_state["splits"] = data()
    except DigitLabError as problem:  # the data cannot be read
        return SweepResult(job, "failed", problem=str(problem))
    return run_job(job, _worker_state["splits"], _worker_state["validation_fraction"], stopped, report)
