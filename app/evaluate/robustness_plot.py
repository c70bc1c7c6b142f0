"""One robustness curve: the accuracy over the strength of one distortion."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from app.parts.plot import PERCENT, SHARES, Plot
from app.theme import colours_of
from nncore.robustness import Distortion, RobustnessPoint


class RobustnessPlot(Plot):
    """A point a strength, joined by a line; the pointer over a point tells its figures."""

    def __init__(self, distortion: Distortion, parent: QWidget | None = None) -> None:
        super().__init__(distortion.name, "Press Measure.", parent)
        self.distortion = distortion
        self.points: list[RobustnessPoint] = []
        self._line = pg.PlotCurveItem(antialias=True)
        self._dots = pg.ScatterPlotItem(size=7, hoverable=True, hoverSize=11, tip=self._tell)
        self.item.addItem(self._line)
        self.item.addItem(self._dots)
        low, high = distortion.strengths[0], distortion.strengths[-1]
        aside = 0.04 * (high - low)
        self.set_axes((low - aside, high + aside), SHARES, distortion.unit, "accuracy (%)")
        self.item.getAxis("left").setTicks([PERCENT])
        self.item.getAxis("bottom").setTicks([[(strength, f"{strength:g}") for strength in distortion.strengths]])
        self.take_colours()

    def add(self, point: RobustnessPoint) -> None:
        """Go on to `point`."""
        self.points.append(point)
        self._draw()

    def clear(self, empty: str) -> None:
        """Show no point but a sentence."""
        self.points.clear()
        self.empty.setText(empty)
        self._draw()

    def _draw(self) -> None:
        x, y = [point.strength for point in self.points], [point.accuracy for point in self.points]
        self._line.setData(x, y)
        self._dots.setData(x, y)
        self.describe("; ".join(f"{p.strength:g}: {p.accuracy:.1%}" for p in self.points), not self.points)

    def _tell(self, x: float, y: float, data: object) -> str:
        return f"{x:g} {self.distortion.unit}: {y:.1%}"

    def take_colours(self) -> None:
        """Also of the curve."""
        super().take_colours()
        colours = colours_of(self)
        self._line.setPen(pg.mkPen(colours.training, width=1))
        self._dots.setPen(None)
        self._dots.setBrush(colours.training)
