"""The chart of the learning rate in use: low, with two labels, because its exact values are in the legend."""

from __future__ import annotations

from app.tabs.train.charts.chart import Chart, ChartText
from app.tabs.train.charts.legend import Series
from nncore.reporting.number_text import decimal_or_tiny_text

RATE_CHART = ChartText("learning rate", "", "", "0.0000888", decimal_or_tiny_text)
RATE = Series("rate", "rate")
LINES_HIGH = 2
"""Height of the plot in lines of text."""


class RateChart(Chart):
    """The learning rate over the epochs of the charts above, whose axis it shares."""

    zooms_values = False

    def __init__(self) -> None:
        super().__init__(RATE_CHART, (RATE,))
        self.plot.axes["left"].most = 1
        self.plot.axes["bottom"].setStyle(showValues=False)
        self._apply_colours()

    def _apply_colours(self) -> None:
        super()._apply_colours()
        # The legend names the values, and the charts above the epochs.
        self.plot.axes["left"].showLabel(False)
        self.plot.axes["bottom"].setHeight(1)
        self.plot.setFixedHeight(LINES_HIGH * self._small_font_metrics().height())
        self.epoch_word.setVisible(False)
