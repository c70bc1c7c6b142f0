"""A sweep on several machines, through a running Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from time import perf_counter, sleep
from typing import Any
from uuid import uuid4

from nncore import __version__
from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.experiments.sweep.grid import SweepJob
from nncore.experiments.sweep.job import SweepProgress, SweepResult, run_job
from nncore.experiments.sweep.shared_data import DataSource, PackedData, pack_data, unpack_data

CLUSTER_POLL_INTERVAL = 0.2
"""Seconds between two checks of the jobs and of `cancelled`."""

SCHEDULER_TIMEOUT = 10
"""Seconds to wait for the scheduler's answer, and for its first worker."""

CANCEL_CHECK_INTERVAL = 1.0
"""Seconds between two checks of a worker whether the sweep is cancelled."""

MAX_ATTEMPTS = 2
"""Dask gives the job of a worker that died to another one; if that fails too, the job is submitted once more."""

# On a worker: {name of the sweep: its data}, for the last sweep only.
_worker_data: dict[str, Splits] = {}


def run_on_cluster(
    jobs: Sequence[SweepJob],
    data: DataSource,
    scheduler: str,
    validation_fraction: float = 0.0,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[SweepProgress | SweepResult]:
    """Do all `jobs` on the workers of the Dask scheduler at the address `scheduler` ("tcp://host:8786").

    Yields the same as `run_sweep`: the result of each job once, even if workers die. Data in memory is sent to the
    workers; a function is called on each worker, so it must give the same data everywhere, as `load_mnist` does.
    Raises SettingError if the package distributed is missing, no scheduler answers, it has no worker, or a worker has
    another version of Digit Lab.
    """
    client = _client(scheduler)
    try:
        _check_workers(client, scheduler)
        yield from _Cluster(client, jobs, pack_data(data), validation_fraction).events(cancelled=cancelled)
    finally:
        client.close()


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise SettingError(
            "scheduler", "A sweep on a cluster needs the package distributed: install digitlab[cluster]."
        ) from None
    try:
        return Client(scheduler, timeout=SCHEDULER_TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as problem:  # TimeoutError is an OSError
        raise SettingError(
            "scheduler",
            f"{scheduler}: no Dask scheduler answers there ({problem or type(problem).__name__}).",
        ) from None


def _check_workers(client: Any, scheduler: str) -> None:
    try:
        client.wait_for_workers(1, timeout=SCHEDULER_TIMEOUT)
    except TimeoutError:
        raise SettingError(
            "scheduler", f"{scheduler}: the scheduler has no worker; start one with `dask worker {scheduler}`."
        ) from None
    try:
        versions = set(client.run(_version).values())
    except ImportError:
        raise SettingError(
            "scheduler", f"{scheduler}: a worker has no Digit Lab; install version {__version__} there."
        ) from None
    if versions != {__version__}:
        found = ", ".join(sorted(versions - {__version__}))
        raise SettingError("scheduler", f"{scheduler}: a worker has Digit Lab {found}; install {__version__} there.")


def _version() -> str:
    return __version__


class _Cluster:
    """The client side of one sweep: submits its jobs and collects their results."""

    def __init__(self, client: Any, jobs: Sequence[SweepJob], data: PackedData, validation_fraction: float) -> None:
        from distributed import Event

        self._client = client
        self._jobs = jobs
        self._data = data
        self._fraction = validation_fraction
        self._name = f"digitlab-sweep-{uuid4().hex}"
        self._stop = Event(self._name, client=client)
        self._sent: Any = None
        self._running: dict[Any, tuple[SweepJob, int]] = {}  # {future: its job and attempt}

    def events(self, *, cancelled: Callable[[], bool]) -> Iterator[SweepProgress | SweepResult]:
        """Progress and results, until all jobs are done or, after `cancelled`, no job is running."""
        start_time, done, stopping = perf_counter(), 0, False
        self._send()
        for job in self._jobs:
            self._submit(job, 1)
        try:
            while self._running:
                yield SweepProgress(done, len(self._jobs), done / len(self._jobs), perf_counter() - start_time)
                if cancelled() and not stopping:
                    stopping = True
                    self._stop.set()
                for future in [future for future in self._running if future.status != "pending"]:
                    result = self._result_of(future, stopping)
                    if result is not None:
                        done += 1
                        yield result
                sleep(CLUSTER_POLL_INTERVAL)
            yield SweepProgress(done, len(self._jobs), 1.0, perf_counter() - start_time)
        finally:
            self._stop.set()
            self._client.cancel(list(self._running))

    def _send(self) -> None:
        """Send the data to every worker, so that it stays available when a worker dies."""
        self._sent = (
            self._data if callable(self._data) else self._client.scatter(self._data, broadcast=True, hash=False)
        )

    def _submit(self, job: SweepJob, attempt: int) -> None:
        # A new key for each attempt: Dask would return the failed result of a key that it knows.
        key = f"{self._name}-{job.index}-{attempt}"
        future = self._client.submit(_do_job, job, self._sent, self._fraction, self._name, key=key, pure=False)
        self._running[future] = job, attempt

    def _result_of(self, future: Any, stopping: bool) -> SweepResult | None:
        """The result of a job that ended; None if it was submitted again, because its workers or data were lost."""
        job, attempt = self._running.pop(future)
        if future.status == "finished":
            with suppress(CancelledError):  # the worker that had the result died before it was fetched
                result: SweepResult = future.result()
                return replace(result, attempts=attempt)
        if stopping:
            return SweepResult(job, "stopped")
        if attempt < MAX_ATTEMPTS:
            self._send()  # the copies of the data may have been lost with the workers
            self._submit(job, attempt + 1)
            return None
        reason = future.exception() if future.status == "error" else None
        problem = f"The cluster could not finish this run ({type(reason).__name__ if reason else future.status})."
        return SweepResult(job, "failed", problem=problem, attempts=attempt)


def _do_job(job: SweepJob, data: PackedData, validation_fraction: float, name: str) -> SweepResult:
    """Do a job; runs on a worker."""
    from distributed import Event, get_client

    stop, checked_at, is_stopped = Event(name, client=get_client()), perf_counter(), False

    def stopped() -> bool:
        # `run_job` calls this after every step, but each check is a message to the scheduler.
        nonlocal checked_at, is_stopped
        if perf_counter() - checked_at > CANCEL_CHECK_INTERVAL:
            is_stopped, checked_at = bool(stop.is_set()), perf_counter()
        return is_stopped

    if stop.is_set():
        return SweepResult(job, "stopped")
    if name not in _worker_data:
        _worker_data.clear()  # the data of an earlier sweep
        _worker_data[name] = unpack_data(data)
    return run_job(job, _worker_data[name], validation_fraction, stopped, lambda fraction: None)
