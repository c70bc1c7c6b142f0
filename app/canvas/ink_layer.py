"""The ink as a picture: grown as the pen moves, never painted anew for a point."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from app.canvas.polyline import Polyline, Stroke
from app.style.theme import Colours

PEN_SHARE = 0.042
"""Width of the line as a share of the canvas's side: near what the network sees of a digit of middling size."""

CORNER = 10.0
"""Radius of the paper's corners in pixels."""


class InkLayer:
    """A clear sheet, `side` logical pixels wide, on which strokes given in units of the side are drawn.

    Lines are smoothed: they run through the middles between neighbouring points and bend at the points. So the curve
    is firm up to the last middle and goes into the pixmap; the rest, `tail`, moves with the pen and is painted on top.
    """

    def __init__(self, side: float, device_pixel_ratio: float, colours: Colours) -> None:
        self.side = side
        self._pen = QPen(QColor(colours.ink), max(3.0, side * PEN_SHARE))
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._sheet = QPainterPath()
        self._sheet.addRoundedRect(QRectF(0, 0, side, side), CORNER, CORNER)
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
        """Draw what has been added to the stroke being drawn; returns the rectangle that looks different now."""
        changed = self._room(self.tail)
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
            changed = changed.united(self._room(path)).united(self._room(self.tail))
            if is_last:
                break
            self._piece += 1
        return changed

    def finish(self) -> None:
        """Make the stroke being drawn a finished one."""
        self._draw(self.tail)
        self.tail = QPainterPath()
        self._piece, self._section = 0, 0

    def paint(self, painter: QPainter, corner: QPointF) -> None:
        """Show the ink with the upper left corner of the sheet at `corner`."""
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

    def _room(self, path: QPainterPath) -> QRectF:
        """What painting `path` can touch."""
        if path.isEmpty():
            return QRectF()
        reach = self._pen.widthF() / 2 + 2
        return path.controlPointRect().adjusted(-reach, -reach, reach, reach)

    def _sections(self, points: Polyline, first: int) -> QPainterPath:
        """The firm part of the curve, from where it bends at point number `first` on."""
        path = QPainterPath(self._middle(points, first))
        for number in range(first, len(points) - 1):
            path.quadTo(self._at(points, number), self._middle(points, number + 1))
        return path

    def _tail(self, points: Polyline) -> QPainterPath:
        """From the last middle to the last point; a dot is a line too short to see, for its round ends."""
        path = QPainterPath(self._middle(points, len(points) - 1))
        path.lineTo(self._at(points, len(points) - 1) + QPointF(0.01, 0))
        return path

    def _at(self, points: Polyline, number: int) -> QPointF:
        x, y = points[number]
        return QPointF(x * self.side, y * self.side)

    def _middle(self, points: Polyline, number: int) -> QPointF:
        """Half way from the point before to point `number`; the first point itself for 0."""
        return (self._at(points, max(0, number - 1)) + self._at(points, number)) / 2
