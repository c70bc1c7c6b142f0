from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.tabs.evaluate.reliability_plot import ReliabilityPlot
from nncore.evaluation.metrics import ReliabilityBin


def test_bars_are_at_their_confidence_and_faint_for_few_answers(qtbot: QtBot) -> None:
    plot = ReliabilityPlot()
    qtbot.addWidget(plot)
    assert not plot.empty.isHidden()
    plot.set_bins([ReliabilityBin(0.2, 0.4, 3, 0.3, 0.5), ReliabilityBin(0.8, 1.0, 500, 0.95, 0.9)])
    options = plot._bars.opts
    assert options["height"] == [0.5, 0.9]
    assert 0.2 < options["x0"][0] < options["x1"][0] < 0.4
    assert options["brushes"][0].alphaF() < options["brushes"][1].alphaF() == 1.0
    assert plot.empty.isHidden()
    assert plot.plot.accessibleDescription() == "20% to 40% sure: 50% of 3 right; 80% to 100% sure: 90% of 500 right"
    assert plot._bars.isVisible()
    plot.grab()
