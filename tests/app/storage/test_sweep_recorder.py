"""Each run of a sweep is logged once, from its start, even if the sweep is killed or the log fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.storage.run_process import is_alive
from app.storage.sweep_recorder import SweepRecorder
from nncore.experiments.run_log.log import LoggedRun, RunLog, RunSettings
from nncore.experiments.sweep import SweepProgress, SweepResult, grid, run_sweep
from nncore.training import TrainingConfig
from tests.nncore.runs import SMALL, few_digits

CONFIG = TrainingConfig(epochs=3, batch_size=32)
JOBS = grid(SMALL, CONFIG, {"seed": [0, 1]})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


def recorder(path: Path, reported: list[str]) -> SweepRecorder:
    return SweepRecorder(path, RunSettings("tries", SMALL, CONFIG, data="digits", recipe="quick"), reported.append)


def logged(path: Path) -> list[LoggedRun]:
    with RunLog(path) as log:
        return log.runs()[::-1]


def progress(*fractions: float) -> SweepProgress:
    return SweepProgress(0, 2, 0.0, 1.0, tuple(zip(JOBS, fractions, strict=False)))


def test_running_runs_are_logged_with_their_finished_epochs(path: Path) -> None:
    reported: list[str] = []
    sweep = recorder(path, reported)
    for fractions in ((0.0,), (0.4, 0.1), (0.7, 0.1)):
        assert sweep.record(progress(*fractions)) is None
    first, second = logged(path)
    assert [(run.state, is_alive(run.process), run.epochs) for run in (first, second)] == [
        ("running", True, 2),
        ("running", True, 0),
    ]
    assert (first.settings.name, first.settings.config.seed) == ("tries: seed 0", 0)
    assert sweep.record(SweepResult(JOBS[0], "finished", test_accuracy=0.5)) == first.id
    assert sweep.record(SweepResult(JOBS[1], "failed", problem="no memory")) == second.id
    first, second = logged(path)
    assert (first.state, first.test_accuracy) == ("finished", 0.5)
    assert (second.state, second.process, second.note) == ("running", "", "no memory")
    assert reported == []


def test_nothing_is_written_without_new_progress(path: Path) -> None:
    sweep = recorder(path, [])
    sweep.record(progress(0.4))
    before = path.stat().st_mtime_ns, logged(path)
    sweep.record(progress(0.5))
    assert (path.stat().st_mtime_ns, logged(path)) == before


def test_a_real_sweep_logs_each_run_once_and_completely(path: Path) -> None:
    reported: list[str] = []
    sweep, running = recorder(path, reported), 0
    for event in run_sweep(JOBS, few_digits(), workers=1):
        sweep.record(event)
        if isinstance(event, SweepProgress):
            running = max(running, len(event.running))
            assert len(logged(path) if path.exists() else []) <= len(JOBS)
    assert running == 1
    runs = logged(path)
    assert [(run.state, run.epochs, run.settings.config.seed) for run in runs] == [
        ("finished", 3, 0),
        ("finished", 3, 1),
    ]
    with RunLog(path) as log:
        assert [len(log.epochs(run.id)) for run in runs] == [3, 3]
        for run in runs:
            matrix = log.last_evaluation(run.id)
            assert matrix is not None
            part, counts = matrix
            assert (part, np.trace(counts) / counts.sum()) == ("test", pytest.approx(run.test_accuracy))
    assert reported == []


def test_an_unusable_log_is_reported_once_and_the_sweep_continues(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    reported: list[str] = []
    sweep = recorder(tmp_path / "file" / "runs.sqlite", reported)
    for fraction in (0.0, 0.5, 0.9):
        sweep.record(progress(fraction))
    assert sweep.record(SweepResult(JOBS[0], "finished")) is None
    assert ["is not logged" in sentence for sentence in reported] == [True]


def test_a_run_whose_log_was_replaced_is_added_to_the_new_log(path: Path) -> None:
    reported: list[str] = []
    sweep = recorder(path, reported)
    sweep.record(progress(0.4, 0.4))
    with RunLog(path) as log:
        log.begin(RunSettings("of another sweep", SMALL, CONFIG, data="digits"))
    with RunLog(path.with_name("other.sqlite")) as log:
        other = log.begin(RunSettings("in the new log", SMALL, CONFIG, data="digits"))
    path.with_name("other.sqlite").replace(path)
    number = sweep.record(SweepResult(JOBS[0], "finished", test_accuracy=0.5))
    assert number != other
    assert [(run.settings.name, run.state) for run in logged(path)] == [
        ("in the new log", "running"),
        ("tries: seed 0", "finished"),
    ]
    assert reported == []
