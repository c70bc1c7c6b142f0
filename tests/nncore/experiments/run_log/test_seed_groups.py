"""Runs that differ only in their seed are folded to a mean and a band."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from nncore.experiments.run_log.html_report import ReportedRun
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.experiments.run_log.seed_groups import compared_figure, group_differences, seed_groups
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.history import EpochFigures

CURVE = np.zeros((3, 0), np.float32)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[RunLog]:
    with RunLog(tmp_path / "runs.sqlite") as log:
        yield log


def add(log: RunLog, accuracies: list[float], figure: str = "validation_accuracy", **changed: object) -> ReportedRun:
    settings = RunSettings(f"run {changed}", NetworkSpec.dense((784, 10)), TrainingConfig(**changed), data="MNIST")  # type: ignore[arg-type]
    run = log.begin(settings)
    rows: list[EpochFigures] = [{"epoch": n, "training_loss": 1.0, figure: a} for n, a in enumerate(accuracies, 1)]
    log.add_epochs(run, rows, CURVE, test_accuracy=accuracies[-1] if accuracies else None)
    return ReportedRun.from_log(log, run)


def test_seeds_of_one_setting_become_a_mean_with_a_band(log: RunLog) -> None:
    runs = [
        add(log, [0.5, 0.7, 0.9], seed=0),
        add(log, [0.4], seed=0, learning_rate=0.5),
        add(log, [0.7, 0.9], seed=1),
    ]
    same, other = seed_groups(runs, "validation_accuracy")
    assert [run.id for run in same.runs] == [1, 3]
    assert same.epochs.tolist() == [1, 2]
    np.testing.assert_allclose(same.mean, [0.6, 0.8])
    np.testing.assert_allclose(same.low, [0.5, 0.7])
    np.testing.assert_allclose(same.high, [0.7, 0.9])
    assert same.average("test_accuracy") == pytest.approx(0.9)
    assert (other.epochs.tolist(), other.low.tolist(), other.high.tolist()) == ([1], [0.4], [0.4])
    assert group_differences([same, other]) == {"learning rate": ("0.001", "0.5")}


def test_listed_seeds_name_each_run_of_a_group(log: RunLog) -> None:
    groups = seed_groups(
        [add(log, [0.5], seed=3), add(log, [0.5], seed=1), add(log, [0.5], seed=0, epochs=9)], "validation_accuracy"
    )
    assert group_differences(groups)["seed"] == ("3, 1", "0")


def test_the_figure_is_one_that_all_runs_have(log: RunLog) -> None:
    validated, trained = add(log, [0.5]), add(log, [0.5], "training_accuracy")
    assert compared_figure([validated]) == "validation_accuracy"
    assert compared_figure([validated, trained]) == "training_loss"
    assert compared_figure([add(log, [], seed=1), validated]) == "validation_accuracy"
    assert compared_figure([]) == "training_loss"


def test_a_run_without_epochs_has_an_empty_curve(log: RunLog) -> None:
    (group,) = seed_groups([add(log, [])], "validation_accuracy")
    assert (len(group.epochs), len(group.mean), group.average("test_accuracy")) == (0, 0, None)
