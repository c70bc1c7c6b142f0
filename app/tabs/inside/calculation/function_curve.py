"""The curve of an activation function, with the point of the number that is explained."""

from __future__ import annotations

from math import ceil, floor, isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import GAP, SMALL_SCALE, colours_of, line_width, scaled
from app.widgets.pictures.picture_actions import PictureActions
from nncore.model.layers import Layer
from nncore.model.layers.activation import ActivationLayer
from nncore.reporting.number_text import number_in_words

NARROWEST = 4.0
"""The curve is shown at least from −4 to 4."""

CURVE_POINTS = 201


class FunctionCurve(QWidget):
    """y = f(x) of an activation layer, the point (x, y), and the lines from it to the axes; hidden for other layers."""

    def __init__(self) -> None:
        super().__init__()
        self._x = self._y = 0.0
        self._layer: Layer | None = None
        self._reach = NARROWEST
        self._curve: NDArray[np.floating] = np.zeros((CURVE_POINTS, 2))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("The activation function. The point is the number: x goes in, y comes out.")
        self.pictures = PictureActions(self, "activation function")

    @property
    def point(self) -> tuple[float, float]:
        """The point that is marked."""
        return self._x, self._y

    @property
    def curve(self) -> NDArray[np.floating]:
        """The points (n, 2) of the curve."""
        return self._curve

    def show_point(self, layer: Layer | None, name: str, x: float, y: float) -> None:
        """Show the function of `layer`, called `name`, and the point; hide for other layers."""
        shown = isinstance(layer, ActivationLayer) and isfinite(x) and isfinite(y)
        self.setVisible(shown)
        if not isinstance(layer, ActivationLayer) or not shown:
            self._layer = None
            return
        reach = max(NARROWEST, float(2 ** ceil(np.log2(max(abs(x), 1)))))  # in jumps, so that the axis rarely moves
        if layer is not self._layer or reach != self._reach:
            grid = np.linspace(-reach, reach, CURVE_POINTS)
            self._curve = np.stack((grid, layer.predict(grid[None])[0]), axis=1)
            self._layer, self._reach = layer, reach
        self._x, self._y = x, y
        self.setAccessibleName(f"Curve of {name}")
        self.setAccessibleDescription(f"{name} turns {number_in_words(x)} into {number_in_words(y)}.")
        self.update()

    def sizeHint(self) -> QSize:
        """12 lines of text wide, 8 high."""
        line = self.fontMetrics().height()
        return QSize(12 * line, 8 * line)

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, curve and point."""
        colours, font = colours_of(self), scaled(self.font(), SMALL_SCALE)
        line = QFontMetricsF(font).height()
        area = QRectF(self.rect()).adjusted(1, line / 2, -1, -line - 4)
        lowest, highest = min(0.0, float(self._curve[:, 1].min())), max(1.0, float(self._curve[:, 1].max()))
        lowest, highest = min(lowest, self._y), max(highest, self._y)

        def place(x: float, y: float) -> QPointF:
            across, up = (x + self._reach) / (2 * self._reach), (y - lowest) / (highest - lowest)
            return QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())

        with QPainter(self) as painter:
            painter.setFont(font)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(place(-self._reach, 0), place(self._reach, 0))
            painter.drawLine(place(0, lowest), place(0, highest))
            painter.setPen(QPen(QColor(colours.training), 1 + line_width()))
            painter.drawPolyline(QPolygonF([place(x, y) for x, y in self._curve.tolist()]))
            point = place(self._x, self._y)
            painter.setPen(QPen(QColor(colours.error), line_width(), Qt.PenStyle.DashLine))
            painter.drawLine(place(self._x, 0), point)
            painter.drawLine(place(0, self._y), point)
            painter.setBrush(QColor(colours.error))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(point, 3.0 + line_width(), 3.0 + line_width())
            painter.setPen(QColor(colours.quiet_text))
            bottom = QRectF(area.left(), area.bottom() + 2, area.width(), line + 2)
            for value, side in ((-self._reach, Qt.AlignmentFlag.AlignLeft), (self._reach, Qt.AlignmentFlag.AlignRight)):
                painter.drawText(bottom, side, f"{number_in_words(value)}")
            painter.drawText(bottom, Qt.AlignmentFlag.AlignHCenter, "x")
            painter.drawText(
                place(0, highest) + QPointF(GAP / 2, line / 2), f"{number_in_words(floor(100 * highest) / 100)}"
            )
