"""Jobs of a sweep, and each of them run alone."""

from __future__ import annotations

from nncore.data.dataset import Splits
from nncore.experiments.sweep import SweepJob, SweepResult
from nncore.experiments.sweep.job import run_job
from nncore.training import TrainingConfig

CONFIG = TrainingConfig(epochs=2, batch_size=32)


ENDLESS = TrainingConfig(epochs=10**6, batch_size=8)


def run_alone(job: SweepJob, data: Splits, fraction: float = 0.0) -> SweepResult:
    return run_job(job, data, fraction, lambda: False, lambda fraction: None)


def figures(result: SweepResult) -> tuple[object, ...]:
    rows = [{name: value for name, value in row.items() if name != "seconds"} for row in result.history]
    return result.job, result.state, rows, result.test_accuracy, result.test_loss, result.steps, result.curve.tolist()
