"""The mouse cursor over the canvas, and the rings that show the keyboard's pen and the eraser."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

from app.style.theme import Colours

CURSOR_SIDE = 25
"""Side of the mouse cursor in logical pixels."""

KEY_PEN_RADIUS = 12.0
"""Pixels from the centre of the keyboard pen's ring to its edge, outline included."""

CROSS_DIRECTIONS = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))


def pen_cursor() -> QCursor:
    """A thin cross with a gap for the pen's tip; black on white, so that it shows on any background."""
    pixmap = QPixmap(2 * CURSOR_SIDE, 2 * CURSOR_SIDE)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(CURSOR_SIDE / 2, CURSOR_SIDE / 2)
        for colour, width in ((Qt.GlobalColor.white, 3.0), (Qt.GlobalColor.black, 1.2)):
            pen = QPen(QColor(colour), width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            for direction in CROSS_DIRECTIONS:
                painter.drawLine(centre + direction * 4, centre + direction * 10)
    return QCursor(pixmap, CURSOR_SIDE // 2, CURSOR_SIDE // 2)


def ring_bounds(middle: QPointF, radius: float) -> QRectF:
    """The rectangle that a ring of this radius can touch."""
    reach = max(radius, KEY_PEN_RADIUS) + 3
    return QRectF(middle.x() - reach, middle.y() - reach, 2 * reach, 2 * reach)


def paint_key_pen(painter: QPainter, middle: QPointF, is_down: bool, colours: Colours) -> None:
    """Paint the keyboard's pen: a ring with cross hairs, filled while the pen is down."""
    _ring(painter, middle, 7.0, colours, QColor(colours.accent) if is_down else None)
    for pen in _pens(colours):
        painter.setPen(pen)
        for direction in CROSS_DIRECTIONS:
            painter.drawLine(middle + direction * 8, middle + direction * KEY_PEN_RADIUS)


def paint_eraser(painter: QPainter, middle: QPointF, radius: float, colours: Colours) -> None:
    """Paint the eraser: a ring around the area that it erases."""
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
    """A wide pen in the paper's colour below a thin accent one, so that a ring shows on ink too."""
    return QPen(QColor(colours.paper), 4.0), QPen(QColor(colours.accent), 2.0)
