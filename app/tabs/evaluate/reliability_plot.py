"""The reliability diagram: accuracy against confidence."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.style.theme import colours_of
from app.widgets.plot import FRACTION_RANGE, PERCENT_TICKS, Plot
from nncore.evaluation.metrics import ReliabilityBin


class ReliabilityPlot(Plot):
    """Bars of accuracy over confidence, and the diagonal of perfect calibration.

    A bar of few answers is fainter, because it is less reliable.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Reliability diagram: accuracy by confidence", "No evaluation yet.", parent)
        self.bins: tuple[ReliabilityBin, ...] = ()
        self.setToolTip(
            "Share of right answers by confidence. On the dashed line both are equal; below it the network is "
            "overconfident. Faint bars have few answers."
        )
        self._bars = pg.BarGraphItem(x0=[], x1=[], height=[])
        self._aim = pg.PlotCurveItem([0, 1], [0, 1], antialias=True)
        self.item.addItem(self._bars)
        self.item.addItem(self._aim)
        self.set_axes((-0.05, 1.05), FRACTION_RANGE, "confidence (%)", "right (%)")
        for side in ("left", "bottom"):
            self.item.getAxis(side).setTicks([PERCENT_TICKS])
        self.apply_colours()

    def set_bins(self, bins: Sequence[ReliabilityBin]) -> None:
        """Show these bars."""
        self.bins = tuple(bins)
        bars = (f"{b.low:.0%} to {b.high:.0%} sure: {b.accuracy:.0%} of {b.count:,} right" for b in self.bins)
        self.describe("; ".join(bars), not self.bins)
        self.apply_colours()

    def apply_colours(self) -> None:
        """Apply the theme's colours, also to bars and diagonal."""
        super().apply_colours()
        colours = colours_of(self)
        grounds = []
        for each in self.bins:
            ground = QColor(colours.training)
            ground.setAlphaF(0.3 if each.count < 10 else 0.6 if each.count < 100 else 1.0)
            grounds.append(ground)
        self._bars.setOpts(
            x0=[b.low + 0.003 for b in self.bins], x1=[b.high - 0.003 for b in self.bins],
            height=[b.accuracy for b in self.bins], y0=0, brushes=grounds, pen=None,
        )  # fmt: skip
        self._aim.setPen(pg.mkPen(colours.validation, width=1, style=Qt.PenStyle.DashLine))
