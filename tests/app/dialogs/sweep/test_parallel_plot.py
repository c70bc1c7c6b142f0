"""Parallel coordinates: one axis for each setting that varies, one for the score, one line per run."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.dialogs.sweep.parallel_plot import ParallelPlot
from app.dialogs.sweep.sweep_plot import SweepPlot
from app.style.theme import LIGHT
from nncore.experiments.sweep import SweepResult, grid
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig

JOBS = grid(
    NetworkSpec.dense((784, 10)),
    TrainingConfig(),
    {"learning_rate": [0.1, 0.001, 0.01], "batch_size": [32, 128], "seed": [1]},
)
SCORES = [0.9, 0.91, 0.80, 0.85, 0.99, 0.95]
RESULTS = [
    SweepResult(job, "finished", steps=10, test_accuracy=score, seconds=1.0)
    for job, score in zip(JOBS, SCORES, strict=True)
]


@pytest.fixture
def plot(qtbot: QtBot) -> ParallelPlot:
    plot = ParallelPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 400)
    plot.show_results(RESULTS)
    return plot


def test_only_settings_that_vary_have_an_axis(plot: ParallelPlot) -> None:
    (ticks,) = plot.plot.axes["bottom"]._tickLevels
    assert [label for _, label in ticks] == ["learning rate", "batch size", "accuracy"]
    assert [label.toPlainText() for label in plot.labels] == ["0.001", "0.01", "0.1", "32", "128", "80", "99"]
    x, y = plot.axis_lines.getData()
    assert (x.tolist(), y.tolist()) == ([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1])


def test_each_run_is_one_line_and_the_best_is_in_front(plot: ParallelPlot) -> None:
    x, y = plot.best_line.getData()
    assert x.tolist() == [0, 1, 2]
    settings = dict(JOBS[SCORES.index(0.99)].settings)
    place = sorted([0.1, 0.001, 0.01]).index(settings["learning_rate"]) / 2
    assert y.tolist() == [place, float(settings["batch_size"] == 128), 1.0]
    assert plot.best_line.opts["pen"].color() == QColor(LIGHT.winner)
    drawn = [line.getData()[1].reshape(-1, 3) for line in plot.lines]
    ends = np.concatenate([each[:, -1] for each in drawn])
    np.testing.assert_allclose(sorted(ends), sorted((np.array(SCORES[:4] + SCORES[5:]) - 0.8) / 0.19))
    opacities = [line.opts["pen"].color().alphaF() for line in plot.lines]
    assert opacities == sorted(opacities)
    assert all(line.opts["connect"].reshape(-1, 3)[:, -1].sum() == 0 for line in plot.lines)


def test_without_runs_it_says_what_to_do(plot: ParallelPlot) -> None:
    plot.show_results([])
    assert not plot.empty_label.isHidden()
    assert plot.labels == []
    assert len(plot.best_line.getData()[0]) == 0


def test_the_title_of_the_axis_is_not_over_its_labels(qtbot: QtBot) -> None:
    plot = SweepPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 400)
    with qtbot.waitExposed(plot):
        plot.show()
    close = [
        SweepResult(result.job, "finished", steps=10, test_accuracy=0.97 + 1e-6 * number, seconds=1.0)
        for number, result in enumerate(RESULTS)
    ]
    plot.show_results(close, "learning_rate")
    plot.grab()
    axis = plot.plot.axes["left"]
    title = axis.label.mapRectToParent(axis.label.boundingRect())
    low, high = plot.plot.box.viewRange()[1]
    levels = axis.tickValues(low, high, plot.plot.box.height())
    texts = [text for spacing, ticks in levels for text in axis.tickStrings(ticks, axis.scale, spacing)]
    widest = max(plot.fontMetrics().horizontalAdvance(text) for text in texts) * 0.875
    assert len(max(texts, key=len)) > 5
    assert title.right() <= axis.fixedWidth - widest
