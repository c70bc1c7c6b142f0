"""One run of a sweep and its result, in a local process or on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Splits
from nncore.errors import DigitLabError
from nncore.experiments.sweep.grid import SweepJob
from nncore.model.network import Network
from nncore.training import Training, hold_out_validation
from nncore.training.events import Diverged, Finished, Started, StepDone
from nncore.training.history import EpochFigures
from nncore.training.step_curve import StepCurve

SweepState = Literal["finished", "stopped", "diverged", "failed"]


@dataclass(frozen=True, eq=False)
class SweepResult:
    """The result of one run of a sweep.

    Attributes:
        state: "failed" if the run was not possible; `problem` is the reason in a sentence.
        history: one row per epoch.
        curve: (3, n) step, loss and accuracy of steps. Accuracies are 0 to 1, None if not measured; the validation
            figures are from the last epoch.
        seconds: of training.
        started: ISO date and time.
        confusion: of the test set.
        attempts: 2 if the first process of the run died.
    """

    job: SweepJob
    state: SweepState
    history: tuple[EpochFigures, ...] = ()
    curve: NDArray[np.float32] = field(default_factory=lambda: np.empty((3, 0), np.float32))
    steps: int = 0
    seconds: float = 0.0
    best_epoch: int | None = None
    test_accuracy: float | None = None
    test_loss: float | None = None
    confusion: NDArray[np.int64] | None = None
    started: str = ""
    problem: str = ""
    attempts: int = 1

    @property
    def best_accuracy(self) -> float | None:
        """The highest validation accuracy."""
        found = [row["validation_accuracy"] for row in self.history]
        return max((accuracy for accuracy in found if accuracy is not None), default=None)

    @property
    def accuracy(self) -> float | None:
        """The accuracy that runs are compared by: on the test set, or else the last one on the validation set."""
        if self.test_accuracy is not None:
            return self.test_accuracy
        return self.history[-1]["validation_accuracy"] if self.history else None

    @property
    def loss(self) -> float | None:
        """The loss that regressions are compared by: on the test, validation or training set."""
        if self.test_loss is not None or not self.history:
            return self.test_loss
        last = self.history[-1]
        return last["training_loss"] if last["validation_loss"] is None else last["validation_loss"]


@dataclass(frozen=True)
class SweepProgress:
    """The progress of a sweep. done: the number of ended runs, of `jobs`. fraction: completed part of the work, 0 to 1.

    running: the runs in progress and the completed fraction of each; empty on a cluster, where it is unknown.
    """

    done: int
    jobs: int
    fraction: float
    seconds: float
    running: tuple[tuple[SweepJob, float], ...] = ()

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the speed so far; None while less than 1 % is done."""
        return self.seconds * (1 - self.fraction) / self.fraction if self.fraction > 0.01 else None


def run_job(
    job: SweepJob,
    data: Splits,
    validation_fraction: float,
    stopped: Callable[[], bool],
    report: Callable[[float], None],
) -> SweepResult:
    """Do one job on this thread, on one core; the bits are the same as in the same run outside a sweep.

    stopped: called after each step. report: called with the completed fraction of the run after each step. For an error
    that a user can cause, the result has the state "failed".
    """
    started = datetime.now().isoformat(timespec="milliseconds")
    try:
        return _run(job, hold_out_validation(data, validation_fraction, job.config.seed), stopped, report, started)
    except DigitLabError as problem:
        return SweepResult(job, "failed", started=started, problem=str(problem))
    except MemoryError:
        return SweepResult(job, "failed", started=started, problem="There was not enough memory for this run.")


def _run(
    job: SweepJob, data: Splits, stopped: Callable[[], bool], report: Callable[[float], None], started: str
) -> SweepResult:
    network = Network(job.spec, seed=job.config.seed)
    training, curve, start_time = Training(network, data, job.config, cores=1), StepCurve(), perf_counter()
    samples = total = 0
    for event in training.events():
        if isinstance(event, Started):
            total = event.epochs * event.samples_per_epoch
        elif isinstance(event, StepDone):
            curve.add(event.step, event.loss, event.accuracy)
            samples += event.samples
            report(_fraction(job, samples / total, event.step, perf_counter() - start_time))
            if stopped():
                training.control.stop()
    assert isinstance(event, Finished | Diverged)
    common: dict[str, Any] = {
        "history": training.history.rows(),
        "curve": curve.array(),
        "steps": event.step,
        "started": started,
    }
    if isinstance(event, Diverged):
        seconds = sum(row["seconds"] or 0.0 for row in training.history.rows())
        return SweepResult(job, "diverged", seconds=seconds, problem=event.message, **common)
    state: SweepState = "stopped" if event.stopped else "finished"
    test = event.test
    tested: dict[str, Any] = (
        {} if test is None else {"test_accuracy": test.accuracy, "test_loss": test.loss, "confusion": test.confusion}
    )
    return SweepResult(job, state, seconds=event.seconds, best_epoch=event.best_epoch, **tested, **common)


def _fraction(job: SweepJob, epoch_fraction: float, step: int, seconds: float) -> float:
    """Return the completed fraction of a run, 0 to 1, by the limit that it will reach first."""
    # The limit of which the largest fraction is used up is the one that ends the run.
    limits = [epoch_fraction]
    if job.config.steps is not None:
        limits.append(step / job.config.steps)
    if job.config.seconds is not None:
        limits.append(seconds / job.config.seconds)
    return min(1.0, max(limits))
