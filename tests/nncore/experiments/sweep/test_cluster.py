"""A sweep with a real Dask scheduler and two workers on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from nncore.errors import SettingError
from nncore.experiments.sweep import SweepJob, SweepProgress, SweepResult, grid
from nncore.experiments.sweep.cluster import run_on_cluster
from nncore.training import TrainingConfig
from tests.nncore.experiments.sweep.samples import CONFIG, ENDLESS, figures, run_alone
from tests.nncore.runs import SMALL, few_digits

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="the package distributed is not installed")

QUIET = {"DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "False", "DASK_LOGGING__DISTRIBUTED": "error"}


class Cluster:
    """A scheduler and two workers, each in its own process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        scheduler_file = folder / "scheduler.json"
        self._scheduler = self._start(
            "dask_scheduler", "--host=127.0.0.1", "--port=0", f"--scheduler-file={scheduler_file}"
        )
        while not (scheduler_file.exists() and scheduler_file.read_text()):
            assert self._scheduler.poll() is None
            sleep(0.05)
        self.address = str(json.loads(scheduler_file.read_text())["address"])
        self.workers = [self._worker() for _ in range(2)]
        from distributed import Client

        with Client(self.address, timeout=120) as client:
            client.wait_for_workers(2)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
        path = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH", "")]))
        environment = {**os.environ, **QUIET, "PYTHONPATH": path}
        with (self._folder / f"{module}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self._folder, env=environment, stdout=log, stderr=log)

    def _worker(self) -> subprocess.Popen[bytes]:
        # Without a nanny process, a killed worker is not restarted.
        return self._start("dask_worker", self.address, "--no-nanny", "--nthreads=1", "--host=127.0.0.1")

    def end(self) -> None:
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(tmp_path)
    yield started
    started.end()


@needs_dask
@pytest.mark.filterwarnings("ignore")  # warnings of Dask and its event loop
def test_each_run_is_done_once_although_a_worker_is_killed(cluster: Cluster) -> None:
    jobs = grid(SMALL, TrainingConfig(epochs=60, batch_size=8), {"seed": [0, 1, 2, 3, 4, 5]})
    results, killed = [], False
    for event in run_on_cluster(jobs, few_digits(), cluster.address):
        if isinstance(event, SweepResult):
            results.append(event)
        elif event.done >= 2 and not killed:
            cluster.workers[0].kill()
            killed = True
    assert killed
    assert sorted(result.job.index for result in results) == [0, 1, 2, 3, 4, 5]
    assert {result.state for result in results} == {"finished"}
    assert figures(results[-1]) == figures(run_alone(results[-1].job, few_digits()))
    assert event == SweepProgress(6, 6, 1.0, event.seconds)


@needs_dask
@pytest.mark.filterwarnings("ignore")
def test_a_run_whose_result_the_cluster_has_forgotten_is_done_again(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Future

    fetch, forgotten = Future.result, list[str]()

    def forget_then_fetch(future: Any, timeout: float | None = None) -> Any:
        if not forgotten:  # as when the worker that has the result dies now
            forgotten.append(future.key)
            future.client.cancel([future])
        return fetch(future, timeout)

    monkeypatch.setattr(Future, "result", forget_then_fetch)
    jobs = grid(SMALL, CONFIG, {"seed": [0, 1, 2]})
    results = [event for event in run_on_cluster(jobs, few_digits(), cluster.address) if isinstance(event, SweepResult)]
    assert sorted(result.job.index for result in results) == [0, 1, 2]
    assert {result.state for result in results} == {"finished"}
    assert sorted(result.attempts for result in results) == [1, 1, 2]


@needs_dask
@pytest.mark.filterwarnings("ignore")
def test_a_cancelled_sweep_stops_the_runs_on_the_cluster(cluster: Cluster) -> None:
    jobs = [SweepJob(number, SMALL, ENDLESS) for number in range(4)]
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 10

    events = run_on_cluster(jobs, few_digits(), cluster.address, cancelled=cancelled)
    results = [event for event in events if isinstance(event, SweepResult)]
    assert [result.state for result in results] == ["stopped"] * 4


@needs_dask
@pytest.mark.filterwarnings("ignore")
def test_a_missing_scheduler_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nncore.experiments.sweep.cluster.SCHEDULER_TIMEOUT", 1)
    with pytest.raises(SettingError, match="no Dask scheduler answers"):
        list(run_on_cluster(grid(SMALL, CONFIG, {"seed": [0]}), few_digits(), "tcp://127.0.0.1:9"))


def test_a_missing_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingError, match=r"digitlab\[cluster\]"):
        list(run_on_cluster(grid(SMALL, CONFIG, {"seed": [0]}), few_digits(), "tcp://127.0.0.1:8786"))
