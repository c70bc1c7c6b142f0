"""A sweep in worker processes does each run once, with the figures of a single run, even if workers are killed."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
import psutil
import pytest

from nncore.data.dataset import Splits
from nncore.data.formats import read_dataset
from nncore.errors import SettingError
from nncore.experiments.sweep import SweepJob, SweepProgress, SweepResult, grid, run_sweep
from nncore.experiments.sweep.job import run_job
from nncore.experiments.sweep.shared_data import pack_data, unpack_data
from nncore.training import TrainingConfig, hold_out_validation, train
from tests.nncore.experiments.sweep.samples import CONFIG, ENDLESS, figures, run_alone
from tests.nncore.runs import SMALL, epochs, few_digits, finished_event, fresh_network


def workers() -> list[psutil.Process]:
    """The worker processes of a sweep in this process."""
    return [psutil.Process(process.pid) for process in multiprocessing.active_children() if process.pid]


def kill_busy_worker() -> None:
    busy = max(workers(), key=lambda process: process.cpu_times().user)
    busy.kill()


def results_of(
    events: object, kill_when: Callable[[SweepProgress], bool] = lambda _: False, kills: int = 1
) -> list[SweepResult]:
    results = []
    for event in events:  # type: ignore[attr-defined]
        if isinstance(event, SweepResult):
            results.append(event)
        elif kills and kill_when(event):
            kill_busy_worker()
            kills -= 1
    return results


def test_each_job_is_done_once_with_the_figures_of_the_same_run_outside_a_sweep() -> None:
    jobs = grid(SMALL, CONFIG, {"learning_rate": [0.001, 0.01], "seed": [0, 1]})
    results = results_of(run_sweep(jobs, few_digits(), workers=2))
    assert sorted(result.job.index for result in results) == [0, 1, 2, 3]
    for result in results:
        assert figures(result) == figures(run_alone(result.job, few_digits()))
        assert result.attempts == 1
        assert len(result.history) == 2


def test_the_completed_fraction_of_a_run_with_a_time_limit_is_that_of_the_time() -> None:
    (job,) = grid(SMALL, replace(ENDLESS, seconds=300.0), {"seed": [0]})
    fractions: list[float] = []
    began = perf_counter()
    result = run_job(job, few_digits(), 0.0, lambda: len(fractions) >= 3, fractions.append)
    assert result.state == "stopped"
    assert 0 < fractions[0] < fractions[1] < fractions[2] <= (perf_counter() - began) / 300


def test_each_seed_holds_out_its_own_validation_images() -> None:
    data = Splits(few_digits().training, test=few_digits().test)
    (job,) = grid(SMALL, CONFIG, {"seed": [7]})
    (result,) = results_of(run_sweep([job], data, validation_fraction=0.2, workers=1))
    events = list(train(fresh_network(SMALL, 7), hold_out_validation(data, 0.2, 7), job.config, cores=1))
    found = [(event.validation_loss, event.validation_accuracy) for event in epochs(events)]
    assert [(row["validation_loss"], row["validation_accuracy"]) for row in result.history] == found
    assert result.best_accuracy == max(accuracy for _, accuracy in found if accuracy is not None)
    assert result.test_accuracy == finished_event(events).test.accuracy  # type: ignore[union-attr]
    assert result.best_epoch in (1, 2)


def test_workers_can_read_the_data_themselves(tmp_path: Path) -> None:
    data = few_digits()
    np.savez(tmp_path / "digits.npz", x_train=data.training.images, y_train=data.training.labels)
    source = partial(read_dataset, tmp_path / "digits.npz")
    (job,) = grid(SMALL, CONFIG, {"seed": [0]})
    (result,) = results_of(run_sweep([job], source))
    assert figures(result) == figures(run_alone(job, source()))
    (tmp_path / "digits.npz").unlink()
    (result,) = results_of(run_sweep([job], source))
    assert result.state == "failed"
    assert "no such file" in result.problem


def test_progress_increases_to_one_and_estimates_the_remaining_time() -> None:
    jobs = grid(SMALL, CONFIG, {"seed": [0, 1, 2]})
    progress = [event for event in run_sweep(jobs, few_digits(), workers=2) if isinstance(event, SweepProgress)]
    assert (progress[0].done, progress[0].jobs) == (0, 3)
    assert (progress[-1].done, progress[-1].fraction, progress[-1].seconds_left) == (3, 1.0, 0.0)
    assert all(after.fraction >= before.fraction for before, after in pairwise(progress))
    assert SweepProgress(0, 3, 0.25, 10.0).seconds_left == pytest.approx(30.0)
    assert SweepProgress(0, 3, 0.0, 10.0).seconds_left is None


@pytest.mark.slow
def test_each_run_is_done_once_although_a_worker_is_killed() -> None:
    jobs = grid(SMALL, TrainingConfig(epochs=120, batch_size=8), {"seed": [0, 1, 2, 3]})
    results = results_of(run_sweep(jobs, few_digits(), workers=2), lambda progress: progress.fraction > 0.2)
    assert sorted(result.job.index for result in results) == [0, 1, 2, 3]
    assert [result.state for result in results] == ["finished"] * 4
    assert sorted(result.attempts for result in results) == [1, 1, 1, 2]
    again = next(result for result in results if result.attempts == 2)
    assert figures(again) == figures(run_alone(again.job, few_digits()))


def test_a_run_whose_worker_dies_twice_fails_and_the_others_are_done() -> None:
    jobs = [SweepJob(0, SMALL, ENDLESS), SweepJob(1, SMALL, CONFIG)]
    results, kills = [], 0
    for event in run_sweep(jobs, few_digits(), workers=1):
        if isinstance(event, SweepResult):
            results.append(event)
        elif kills < 2 and event.fraction > 1e-5 and workers():
            kill_busy_worker()
            kills += 1
    assert sorted((result.job.index, result.state, result.attempts) for result in results) == [
        (0, "failed", 2),
        (1, "finished", 1),
    ]
    assert "ended unexpectedly two times" in next(result.problem for result in results if result.state == "failed")


def test_a_cancelled_sweep_stops_its_runs_and_starts_no_other() -> None:
    jobs = [SweepJob(number, SMALL, ENDLESS) for number in range(5)]
    far: list[bool] = []
    results = []
    for event in run_sweep(jobs, few_digits(), workers=2, cancelled=lambda: bool(far)):
        if isinstance(event, SweepResult):
            results.append(event)
        elif event.fraction > 1e-5:
            far.append(True)
    assert 1 <= len(results) <= 2
    assert {result.state for result in results} == {"stopped"}
    assert all(result.steps for result in results)
    assert not workers()


def test_closing_the_iterator_ends_the_workers() -> None:
    events = run_sweep([SweepJob(0, SMALL, ENDLESS)], few_digits())
    while not (isinstance(event := next(events), SweepProgress) and event.fraction > 0):
        pass
    events.close()  # type: ignore[attr-defined]
    assert not workers()


PARENT = """
from nncore.experiments.sweep import SweepJob, SweepProgress, run_sweep
from tests.nncore.runs import few_digits
from tests.nncore.experiments.sweep.test_processes import SMALL, workers
from tests.nncore.experiments.sweep.samples import ENDLESS

if __name__ == "__main__":
    for event in run_sweep([SweepJob(0, SMALL, ENDLESS)], few_digits()):
        if isinstance(event, SweepProgress) and event.fraction > 0:
            print(*(worker.pid for worker in workers()), flush=True)
"""


@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "sweeps.py").write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    command = [sys.executable, str(tmp_path / "sweeps.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        found = [psutil.Process(int(number)) for number in parent.stdout.readline().split()]
        assert found
        parent.kill()
    _, alive = psutil.wait_procs(found, timeout=120)
    for process in alive:
        process.kill()
    assert not alive


def test_a_diverged_run_does_not_stop_the_others() -> None:
    jobs = grid(SMALL, CONFIG, {"learning_rate": [1e9, 0.001]})
    results = {result.job.index: result for result in results_of(run_sweep(jobs, few_digits(), workers=1))}
    assert (results[0].state, results[1].state) == ("diverged", "finished")
    assert "diverged" in results[0].problem
    assert results[0].accuracy is None
    assert results[1].accuracy == results[1].test_accuracy


def test_an_impossible_run_fails_with_a_reason() -> None:
    (job,) = grid(SMALL, CONFIG, {"loss": ["mean_squared_error"], "label_smoothing": [0.1]})
    result = run_alone(job, few_digits())
    assert result.state in ("failed", "finished")
    wrong = SweepJob(0, SMALL, TrainingConfig(loss="binary_cross_entropy"))
    assert run_alone(wrong, few_digits()).state == "failed"


def test_data_is_sent_to_another_machine_completely() -> None:
    data = unpack_data(pack_data(few_digits()))
    assert data.test is not None
    for there, here in ((data.training, few_digits().training), (data.test, few_digits().test)):
        assert here is not None
        np.testing.assert_array_equal(there.images, here.images)
        np.testing.assert_array_equal(there.labels, here.labels)
        assert (there.class_names, there.source) == (here.class_names, here.source)


def test_data_that_is_not_in_memory_is_rejected(tmp_path: Path) -> None:
    data = few_digits().training
    np.save(tmp_path / "train-images.npy", data.images)
    np.save(tmp_path / "train-labels.npy", data.labels)
    mapped = read_dataset(tmp_path / "train-images.npy", mapped=True)
    with pytest.raises(SettingError, match="--data"):
        next(iter(run_sweep(grid(SMALL, CONFIG, {"seed": [0]}), mapped)))


def test_the_longest_run_starts_first() -> None:
    jobs = grid(SMALL, TrainingConfig(), {"hidden": [(8,), (8, 8)], "epochs": [1, 12]})
    with_one = [result.job.index for result in results_of(run_sweep(jobs, few_digits(), workers=1))]
    assert with_one == [3, 1, 2, 0]
