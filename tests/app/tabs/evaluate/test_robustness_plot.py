"""The curve of one distortion grows point by point."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.tabs.evaluate.robustness_page import RobustnessPlot
from nncore.evaluation.robustness import DISTORTIONS, RobustnessPoint

ROTATION = DISTORTIONS[1]


def test_the_curve_grows_point_by_point(qtbot: QtBot) -> None:
    plot = RobustnessPlot(ROTATION)
    qtbot.addWidget(plot)
    assert not plot.empty_label.isHidden()
    plot.add_point(RobustnessPoint(ROTATION, -60, 0.5, 100))
    plot.add_point(RobustnessPoint(ROTATION, -45, 0.75, 100))
    x, y = plot.line.getData()
    assert (x.tolist(), y.tolist()) == ([-60, -45], [0.5, 0.75])
    assert plot.plot.accessibleDescription() == "-60: 50.0 %; -45: 75.0 %"
    assert plot.empty_label.isHidden()
    (low, high), _ = plot.plot.box.viewRange()
    assert low < ROTATION.strengths[0] < ROTATION.strengths[-1] < high
    plot.grab()


def test_a_cleared_plot_shows_the_reason(qtbot: QtBot) -> None:
    plot = RobustnessPlot(ROTATION)
    qtbot.addWidget(plot)
    plot.add_point(RobustnessPoint(ROTATION, 0, 0.9, 100))
    plot.clear("Press Measure.")
    assert plot.points == []
    assert not plot.empty_label.isHidden()
    assert plot.empty_label.text() == "Press Measure."
