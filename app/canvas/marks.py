"""What the canvas shows on top of the ink: where the keyboard's pen is, and what the eraser reaches."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.style.theme import Colours

REACH = 12.0
"""Pixels from the middle of a mark to its edge, its outline included."""


def room(middle: QPointF, radius: float) -> QRectF:
    """What painting a mark can touch."""
    reach = max(radius, REACH) + 3
    return QRectF(middle.x() - reach, middle.y() - reach, 2 * reach, 2 * reach)


def paint_key_pen(painter: QPainter, middle: QPointF, is_down: bool, colours: Colours) -> None:
    """A ring with cross hairs; filled while the pen is down."""
    _ring(painter, middle, 7.0, colours, QColor(colours.accent) if is_down else None)
    for pen in _pens(colours):
        painter.setPen(pen)
        for way in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
            painter.drawLine(middle + way * 8, middle + way * REACH)


def paint_eraser(painter: QPainter, middle: QPointF, radius: float, colours: Colours) -> None:
    """A ring around what it reaches."""
    _ring(painter, middle, radius, colours, None)


def _ring(painter: QPainter, middle: QPointF, radius: float, colours: Colours, fill: QColor | None) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(colours):
        painter.setPen(pen)
        painter.drawEllipse(middle, radius, radius)
    if fill is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawEllipse(middle, radius - 1.5, radius - 1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _pens(colours: Colours) -> tuple[QPen, QPen]:
    """A broad one in the colour of paper under a fine one, so that a mark shows on ink too."""
    return QPen(QColor(colours.paper), 4.0), QPen(QColor(colours.accent), 2.0)
