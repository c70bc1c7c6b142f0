"""Digits as points of a map, each written in its colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainterPath, QTransform
from PySide6.QtWidgets import QWidget

from app.digit_colours import digit_colours
from app.parts.plot import Plot
from app.theme import colours_of

SIZE, RING = 0.7, 1.1
"""Lines of text that a digit is high, and the ring around one that was misread."""
REACH = 12
"""Pixels from the pointer within which a digit is the one pointed at."""


class MapPlot(Plot):
    """`pointed_at` carries the number of the point under the pointer, -1 for none; `picked` that of one clicked."""

    pointed_at = Signal(int)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "The map will appear here.", parent)
        self.title.hide()
        self.points: NDArray[np.float32] = np.empty((0, 2), np.float32)
        self._labels: NDArray[np.intp] = np.empty(0, np.intp)
        self._misread: NDArray[np.bool_] = np.empty(0, np.bool_)
        self._symbols: list[QPainterPath] = []
        self._rings = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self._digits = pg.ScatterPlotItem(pxMode=True)
        self.item.addItem(self._rings)
        self.item.addItem(self._digits)
        self.plot.setAccessibleName("Map of the digits")
        self.plot.viewport().installEventFilter(self)
        self.plot.setMouseTracking(True)
        self.set_axes((0, 1), (0, 1))
        self.take_colours()

    def set_points(
        self, points: NDArray[np.float32], labels: NDArray[np.intp], names: Sequence[str], misread: NDArray[np.bool_]
    ) -> None:
        """Show points (n, 2) of classes labels (n,), each as the name of its class; a ring around those misread."""
        self.points, self._labels, self._misread = points, labels, misread
        self._symbols = [_written(name) for name in names]
        if len(points):
            low, high = points.min(axis=0), points.max(axis=0)
            aside = 0.04 * np.maximum(high - low, 1e-6)
            low, high = (low - aside).tolist(), (high + aside).tolist()
            self.set_axes((low[0], high[0]), (low[1], high[1]))
        self._draw()
        self.describe(f"{len(points):,} digits, {int(misread.sum()):,} of them misread.", not len(points))

    def _draw(self) -> None:
        colours = digit_colours(self)
        brushes = [pg.mkBrush(colour) for colour in colours]
        self._digits.setData(
            pos=self.points, pen=None, size=SIZE * self.fontMetrics().height(),
            symbol=[self._symbols[label] for label in self._labels],
            brush=[brushes[label % len(brushes)] for label in self._labels],
        )  # fmt: skip
        self._rings.setData(pos=self.points[self._misread], size=RING * self.fontMetrics().height())

    def take_colours(self) -> None:
        """Also of the digits and rings."""
        super().take_colours()
        self._rings.setPen(pg.mkPen(colours_of(self).trouble, width=1))
        self._rings.setBrush(None)
        self._draw()

    def point_at(self, place: QPointF) -> int:
        """The number of the point nearest to `place`, in pixels of the plot; -1 if there is none near it."""
        if not len(self.points):
            return -1
        box = self.plot.getViewBox()
        middle = box.mapSceneToView(self.plot.mapToScene(place.toPoint()))
        width, height = box.viewPixelSize()
        away = (self.points - (middle.x(), middle.y())) / (width, height)
        squares = (away**2).sum(axis=1)
        found = int(squares.argmin())
        return found if squares[found] <= REACH**2 else -1

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the plot; keeps no event from it."""
        if isinstance(event, QMouseEvent):
            if event.type() == QEvent.Type.MouseMove:
                self.pointed_at.emit(self.point_at(event.position()))
            elif event.type() == QEvent.Type.MouseButtonRelease:
                number = self.point_at(event.position())
                if number >= 0:
                    self.picked.emit(number)
        return False


def _written(name: str) -> QPainterPath:
    """The first letters of a name as a shape around the origin, one unit high, as pyqtgraph wants its symbols."""
    path = QPainterPath()
    font = QFont("Inter", 20)
    font.setWeight(QFont.Weight.Medium)
    path.addText(0, 0, font, name[:2])
    bounds = path.boundingRect()
    side = max(bounds.height(), bounds.width(), 1.0)
    move = QTransform().scale(1 / side, 1 / side).translate(-bounds.center().x(), -bounds.center().y())
    return move.map(path)
