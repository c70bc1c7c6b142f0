"""The curves of the compared runs: for several seeds of one setting their mean, with a band from lowest to highest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from app.style.theme import GAP, digit_colours, line_width
from app.widgets.plot import Plot
from nncore.experiments.run_log.seed_groups import SeedGroup
from nncore.reporting.number_text import counted_text

NO_CURVES = "The curves of the selected runs are drawn here."
FIGURE_TITLES = {
    "validation_accuracy": "Validation accuracy", "training_accuracy": "Training accuracy",
    "validation_loss": "Validation loss", "training_loss": "Training loss",
}  # fmt: skip
PEN_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Neighbouring curves differ in colour and in dash, so that nobody needs to see colours."""

BAND_OPACITY = 60
"""Of 255."""

PEN_SAMPLE_WIDTH = 28


class ComparisonPlot(Plot):
    """One curve for each group, over its epochs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Curves", NO_CURVES, parent)
        self.plot.setWhatsThis(
            "A curve of each selected run over its epochs. Several seeds of one setting are one line, their mean, in a "
            "band from the lowest to the highest."
        )
        self._groups: Sequence[SeedGroup] = ()
        self._items: list[pg.GraphicsObject] = []
        self._figure = ""
        self.apply_colours()
        self.show_groups([], "validation_accuracy")

    def show_groups(self, groups: Sequence[SeedGroup], figure: str) -> None:
        """Draw the groups; figure: the compared figure, a key of FIGURE_TITLES."""
        self._groups, self._figure = groups, figure
        drawn = [group for group in groups if len(group.epochs)]
        self.title.setText(FIGURE_TITLES[figure])
        self._draw()
        if not drawn:
            self.set_axes((0, 1), (0, 1))
            self.describe(NO_CURVES, is_empty=True)
            return
        low = min(float(group.low.min()) for group in drawn) * self._scale
        high = max(float(group.high.max()) for group in drawn) * self._scale
        room = 0.05 * (high - low) or 0.5
        first = min(float(group.epochs[0]) for group in drawn)
        last = max(float(group.epochs[-1]) for group in drawn)
        x = (first, last) if last > first else (first - 0.5, first + 0.5)
        self.set_axes(x, (low - room, high + room), "epochs", "%" if self._is_accuracy else "loss")
        self.describe(f"{counted_text(len(drawn), 'curve')} over {counted_text(round(last), 'epoch')}.", is_empty=False)

    @property
    def _is_accuracy(self) -> bool:
        return self._figure.endswith("accuracy")

    @property
    def _scale(self) -> float:
        return 100.0 if self._is_accuracy else 1.0

    def _draw(self) -> None:
        for item in self._items:
            self.plot.box.removeItem(item)
        self._items = []
        for number, group in enumerate(self._groups):
            if len(group.epochs):
                self._items += self._curve_items(number, group)
        for item in self._items:
            self.plot.box.addItem(item)

    def _curve_items(self, number: int, group: SeedGroup) -> list[pg.GraphicsObject]:
        pen = group_pen(self, number)
        low, mean, high = (self._scale * values for values in (group.low, group.mean, group.high))
        is_point = len(group.epochs) == 1
        symbol = {"symbol": "o", "symbolSize": 7, "symbolBrush": pen.color(), "symbolPen": None} if is_point else {}
        items = [pg.PlotDataItem(group.epochs, mean, pen=pen, **symbol)]
        if np.any(high > low):
            colour = QColor(pen.color())
            colour.setAlpha(BAND_OPACITY)
            edges = [pg.PlotCurveItem(group.epochs, values, pen=None) for values in (low, high)]
            items = [pg.FillBetweenItem(*edges, brush=colour), *edges, *items]
        return items

    def apply_colours(self) -> None:
        """Apply the theme's colours, including the colours of the curves."""
        super().apply_colours()
        if self._groups:
            self._draw()


def group_pen(widget: QWidget, number: int) -> QPen:
    """The pen of the curve with this number, counted from 0."""
    colours = digit_colours(widget)
    style = PEN_STYLES[number % len(PEN_STYLES)]
    pen = QPen(QColor(colours[number % len(colours)]), 2 * line_width(), style)
    pen.setCosmetic(True)
    return pen


def pen_sample(widget: QWidget, number: int) -> QPixmap:
    """A short line of this pen, for the heading of a column."""
    ratio = widget.devicePixelRatioF()
    height = widget.fontMetrics().height()
    pixmap = QPixmap(round(PEN_SAMPLE_WIDTH * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setPen(group_pen(widget, number))
        painter.drawLine(0, height // 2, PEN_SAMPLE_WIDTH - GAP // 2, height // 2)
    return pixmap
