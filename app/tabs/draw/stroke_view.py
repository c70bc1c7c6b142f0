"""Strokes as thin lines in a small square: the path of the pen without its thickness."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.style.theme import colours_of, line_width
from nncore.preprocessing.ink import BOX_SIDE, CENTRE, SIDE, Ink
from nncore.reporting.number_text import counted_text

MAX_POINTS_SHOWN = 800
"""Maximum number of points painted; more are not visible at this size and are slow."""

THIN_WIDTH = 1.5
"""Width of a line in pixels; wider in projector mode."""

DOT_WIDTH = 4.0
"""Width of a dot in pixels; wider in projector mode."""

NO_INK = Ink(())


class StrokeView(QWidget):
    """Ink on a square of paper, with the size of a NetworkInputView."""

    def __init__(self, extent: float, *, shows_box: bool = False, parent: QWidget | None = None) -> None:
        """`extent`: the side of the square in the ink's units. shows_box: show the box that ink is scaled to."""
        super().__init__(parent)
        self._extent, self._shows_box = extent, shows_box
        self._ink = NO_INK
        self._pixel_size = 4
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.set_ink(NO_INK)

    @property
    def ink(self) -> Ink:
        """The ink shown."""
        return self._ink

    def set_ink(self, ink: Ink) -> None:
        """Show `ink`, clipped to the square."""
        self._ink = ink
        strokes = len(ink.strokes)
        described = f"{counted_text(strokes, 'stroke')}." if strokes else "Nothing drawn yet."
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)
        self.update()

    def set_shows_box(self, shown: bool) -> None:
        """Show or hide the box that ink is scaled to."""
        if shown != self._shows_box:
            self._shows_box = shown
            self.update()

    def sizeHint(self) -> QSize:
        """Four screen pixels for each of 28 pixels."""
        return QSize(SIDE * self._pixel_size, SIDE * self._pixel_size)

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint paper, box and lines; a stroke of one point is a dot."""
        colours, side = colours_of(self), float(min(self.width(), self.height()))
        scale = side / self._extent
        paper = QRectF(0.5, 0.5, side - 1, side - 1)
        with QPainter(self) as painter:
            painter.setPen(QColor(colours.edge))
            painter.setBrush(QColor(colours.paper))
            painter.drawRect(paper)
            if self._shows_box:
                painter.setPen(QPen(QColor(colours.edge), 1, Qt.PenStyle.DotLine))
                corner = (CENTRE - BOX_SIDE / 2) * scale
                painter.drawRect(QRectF(corner, corner, BOX_SIDE * scale, BOX_SIDE * scale))
            painter.setClipRect(paper)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for line in self._lines(scale):
                is_dot = line.size() < 2
                painter.setPen(
                    QPen(
                        QColor(colours.ink),
                        (DOT_WIDTH if is_dot else THIN_WIDTH) + line_width() - 1,
                        Qt.PenStyle.SolidLine,
                        Qt.PenCapStyle.RoundCap,
                    )
                )
                if is_dot:
                    painter.drawPoint(line.at(0))
                else:
                    painter.drawPolyline(line)

    def _lines(self, scale: float) -> list[QPolygonF]:
        """The strokes in screen pixels, thinned to about MAX_POINTS_SHOWN points."""
        step = max(1, ceil(sum(len(stroke) for stroke in self._ink.strokes) / MAX_POINTS_SHOWN))
        strokes = self._ink.strokes[:: max(1, ceil(len(self._ink.strokes) / MAX_POINTS_SHOWN))]
        return [_line(stroke, step, scale) for stroke in strokes]


def _line(stroke: NDArray[np.float32], step: int, scale: float) -> QPolygonF:
    kept = stroke if step == 1 else np.concatenate([stroke[:-1:step], stroke[-1:]])
    return QPolygonF([QPointF(x, y) for x, y in (kept * np.float32(scale)).tolist()])
