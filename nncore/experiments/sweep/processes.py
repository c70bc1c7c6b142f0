"""A sweep on this machine: one worker process per core, and each does one run after another."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.experiments.sweep.grid import SweepJob
from nncore.experiments.sweep.job import SweepProgress, SweepResult, run_job
from nncore.experiments.sweep.shared_data import DataSource, shared
from nncore.system.cores import available_cores

SECONDS_BETWEEN_LOOKS = 0.1
"""The time between two looks of the parent at the progress of the workers and at `cancelled`."""

MOST_ATTEMPTS = 2
"""A run whose process dies is tried once more and then given up, because the run may be the cause."""

DIED = "The process of this run died twice: the run may need more memory than the computer has."

# What a worker process holds from one job to the next.
_held: dict[str, Any] = {}


def run_sweep(
    jobs: Sequence[SweepJob],
    data: DataSource,
    validation_share: float = 0.0,
    workers: int | None = None,
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
    with TemporaryDirectory(prefix="digitlab-sweep-", ignore_cleanup_errors=True) as folder:
        sweep = _Sweep(jobs, validation_share, workers)
        try:
            yield from sweep.events(shared(data, Path(folder)), cancelled)
        finally:
            sweep.close()


class _Sweep:
    """One sweep in the parent process. Each worker is a pool of one process, so that its job is known if it dies."""

    def __init__(self, jobs: Sequence[SweepJob], validation_share: float, workers: int) -> None:
        """Start the workers, so that they can import their modules while the data is being written."""
        self._context = multiprocessing.get_context("spawn")
        # The finished share of each job. A flag in shared memory costs a step nothing, an Event some microseconds.
        self._shares, self._stop = self._context.RawArray("d", len(jobs)), self._context.RawArray("b", 1)
        self._initial = (validation_share, self._stop, self._shares)
        # The longest job is last and is taken first: if it began last, the other cores would wait for it.
        waiting = [(place, job, 1) for place, job in enumerate(jobs)][::-1]
        self._waiting = sorted(waiting, key=lambda each: each[1].work)
        self._at_work: dict[Future[SweepResult], tuple[ProcessPoolExecutor, int, SweepJob, int]] = {}
        self._idle = [self._worker() for _ in range(workers)]
        self._count, self._done, self._began = len(jobs), 0, perf_counter()

    def _worker(self) -> ProcessPoolExecutor:
        worker = ProcessPoolExecutor(1, self._context, _begin, self._initial)
        worker.submit(_be_ready)  # a pool starts its process with the first task
        return worker

    def events(
        self, data: Callable[[], Splits], cancelled: Callable[[], bool]
    ) -> Iterator[SweepProgress | SweepResult]:
        """Progress and results, until all jobs are done or, after `cancelled`, no job is running."""
        yield self._progress()
        while self._waiting or self._at_work:
            if cancelled():
                self._stop[0] = True
                self._waiting.clear()
            while self._idle and self._waiting:
                self._give(self._idle.pop(), data, *self._waiting.pop())
            ended, _ = wait(self._at_work, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            for future in ended:
                result = self._take(future)
                if result is not None:
                    yield result
            yield self._progress()

    def _give(
        self, worker: ProcessPoolExecutor, data: Callable[[], Splits], place: int, job: SweepJob, attempt: int
    ) -> None:
        try:
            future = worker.submit(_work, data, place, job)
        except BrokenProcessPool:  # it died while it was idle
            worker.shutdown(wait=False)
            worker = self._worker()
            future = worker.submit(_work, data, place, job)
        self._at_work[future] = worker, place, job, attempt

    def _take(self, future: Future[SweepResult]) -> SweepResult | None:
        """The result of a job that ended; None if its worker died and it is tried again."""
        worker, place, job, attempt = self._at_work.pop(future)
        try:
            result = replace(future.result(), attempts=attempt)
            self._idle.append(worker)
        except BrokenProcessPool:
            worker.shutdown(wait=False)
            self._idle.append(self._worker())
            if self._stop[0]:
                result = SweepResult(job, "stopped")
            elif attempt < MOST_ATTEMPTS:
                self._shares[place] = 0.0
                self._waiting.append((place, job, attempt + 1))
                return None
            else:
                result = SweepResult(job, "failed", problem=DIED, attempts=attempt)
        self._done += 1
        self._shares[place] = 1.0
        return result

    def _progress(self) -> SweepProgress:
        share = sum(self._shares) / self._count if self._count else 1.0
        at_work = tuple((job, self._shares[place]) for _, place, job, _ in self._at_work.values())
        return SweepProgress(self._done, self._count, share, perf_counter() - self._began, at_work)

    def close(self) -> None:
        """Stop the workers and wait until they have ended."""
        self._stop[0] = True
        for worker in (*self._idle, *(at_work[0] for at_work in self._at_work.values())):
            worker.shutdown(wait=True, cancel_futures=True)


def _begin(validation_share: float, stop: Any, shares: Any) -> None:
    """Prepare a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches every process; the parent handles it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _held.update(splits=None, validation_share=validation_share, stop=stop, shares=shares)


def _end_with_parent() -> None:
    """End this process when the parent is killed; it would otherwise wait for its next job for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _be_ready() -> None:
    """Do nothing; the task makes the process import its modules."""


def _work(data: Callable[[], Splits], place: int, job: SweepJob) -> SweepResult:
    """Do a job; runs in a worker process."""
    shares, stop = _held["shares"], _held["stop"]

    def tell(share: float) -> None:
        shares[place] = share

    def stopped() -> bool:
        return bool(stop[0])

    try:
        if _held["splits"] is None:
            _held["splits"] = data()
    except DigitLabError as problem:  # the data cannot be read
        return SweepResult(job, "failed", problem=str(problem))
    return run_job(job, _held["splits"], _held["validation_share"], stopped, tell)
