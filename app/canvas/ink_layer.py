"""The ink as a pixmap that grows with the pen, so that a new point does not repaint all strokes."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from app.canvas.stroke import Piece, Stroke
from app.style.theme import Colours
from nncore.preprocessing.ink import CANVAS_PEN_WIDTH

CORNER_RADIUS = 10.0
"""Radius of the paper's corners in pixels."""


class InkLayer:
    """A transparent square, `side` logical pixels wide, for strokes in units of its side.

    Lines are smoothed: quadratic curves run through the midpoints between neighbouring points, with the points as
    control points. So the curve is final up to the last midpoint and goes into the pixmap; the rest, `tail`, still
    changes and is painted on top.
    """

    def __init__(self, side: float, device_pixel_ratio: float, colours: Colours) -> None:
        self.side = side
        self._pen = QPen(QColor(colours.ink), max(3.0, side * CANVAS_PEN_WIDTH))
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._sheet = QPainterPath()
        self._sheet.addRoundedRect(QRectF(0, 0, side, side), CORNER_RADIUS, CORNER_RADIUS)
        pixels = max(1, round(side * device_pixel_ratio))
        self.pixmap = QPixmap(pixels, pixels)
        self.pixmap.setDevicePixelRatio(device_pixel_ratio)
        self.pixmap.fill(Qt.GlobalColor.transparent)
        self.tail = QPainterPath()
        self._piece, self._section = 0, 0

    def add(self, strokes: Iterable[Stroke]) -> None:
        """Draw finished strokes."""
        for stroke in strokes:
            for piece in stroke:
                path = self._sections(piece, 0)
                path.connectPath(self._tail(piece))
                self._draw(path)

    def grow(self, stroke: Stroke) -> QRectF:
        """Draw the new points of the stroke being drawn; return the changed rectangle."""
        changed = self._bounds(self.tail)
        self.tail = QPainterPath()
        while self._piece < len(stroke):
            points = stroke[self._piece]
            path = self._sections(points, self._section)
            is_last = self._piece == len(stroke) - 1
            if is_last:
                self.tail = self._tail(points)
                self._section = len(points) - 1
            else:
                path.connectPath(self._tail(points))
                self._section = 0
            self._draw(path)
            changed = changed.united(self._bounds(path)).united(self._bounds(self.tail))
            if is_last:
                break
            self._piece += 1
        return changed

    def finish(self) -> None:
        """Finish the stroke being drawn."""
        self._draw(self.tail)
        self.tail = QPainterPath()
        self._piece, self._section = 0, 0

    def paint(self, painter: QPainter, corner: QPointF) -> None:
        """Paint the ink with its upper left corner at `corner`."""
        painter.drawPixmap(corner, self.pixmap)
        if not self.tail.isEmpty():
            painter.save()
            painter.translate(corner)
            self._set_up(painter)
            painter.drawPath(self.tail)
            painter.restore()

    def _draw(self, path: QPainterPath) -> None:
        if path.isEmpty():
            return
        with QPainter(self.pixmap) as painter:
            self._set_up(painter)
            painter.drawPath(path)

    def _set_up(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(self._sheet, Qt.ClipOperation.IntersectClip)
        painter.setPen(self._pen)

    def _bounds(self, path: QPainterPath) -> QRectF:
        """The rectangle that painting `path` can touch."""
        if path.isEmpty():
            return QRectF()
        reach = self._pen.widthF() / 2 + 2
        return path.controlPointRect().adjusted(-reach, -reach, reach, reach)

    def _sections(self, points: Piece, first: int) -> QPainterPath:
        """The final part of the curve, from the point number `first`."""
        path = QPainterPath(self._middle(points, first))
        for number in range(first, len(points) - 1):
            path.quadTo(self._at(points, number), self._middle(points, number + 1))
        return path

    def _tail(self, points: Piece) -> QPainterPath:
        """From the last midpoint to the last point; a dot is a very short line, whose round caps show."""
        path = QPainterPath(self._middle(points, len(points) - 1))
        path.lineTo(self._at(points, len(points) - 1) + QPointF(0.01, 0))
        return path

    def _at(self, points: Piece, index: int) -> QPointF:
        x, y = points[index]
        return QPointF(x * self.side, y * self.side)

    def _middle(self, points: Piece, index: int) -> QPointF:
        """The midpoint between the previous point and the point at `index`; the first point for 0."""
        return (self._at(points, max(0, index - 1)) + self._at(points, index)) / 2
