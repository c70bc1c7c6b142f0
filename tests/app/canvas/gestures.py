"""Drawing with real Qt events; positions in units of the canvas's side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.canvas import Canvas

Points = Sequence[tuple[float, float]]

SEVEN = ((0.3, 0.25), (0.5, 0.25), (0.7, 0.25), (0.6, 0.5), (0.5, 0.8))
ONE = ((0.5, 0.2), (0.5, 0.5), (0.5, 0.8))


def place(canvas: Canvas, x: float, y: float) -> QPointF:
    area = canvas.area
    return QPointF(area.x() + x * area.width(), area.y() + y * area.height())


def pixel(canvas: Canvas, x: float, y: float) -> QPoint:
    return place(canvas, x, y).toPoint()


def drag(canvas: Canvas, points: Points, release: bool = True) -> None:
    """Draw one stroke with the mouse."""
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, pos=pixel(canvas, *points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, pixel(canvas, *point))
    if release:
        QTest.mouseRelease(canvas, left, pos=pixel(canvas, *points[-1]))


def pen(canvas: Canvas, kind: QEvent.Type, x: float, y: float) -> bool:
    """Send one event of a stylus; returns whether it was accepted."""
    event = pen_event(canvas, kind, x, y)
    QApplication.sendEvent(canvas, event)
    return event.isAccepted()


def pen_event(canvas: Canvas, kind: QEvent.Type, x: float, y: float) -> QTabletEvent:
    lifted = kind == QEvent.Type.TabletRelease
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else Qt.MouseButton.LeftButton
    buttons = Qt.MouseButton.NoButton if lifted else Qt.MouseButton.LeftButton
    position = place(canvas, x, y)
    return QTabletEvent(
        kind, STYLUS, position, QPointF(canvas.mapToGlobal(position)), 0.5, 0, 0, 0, 0, 0,
        Qt.KeyboardModifier.NoModifier, button, buttons,
    )  # fmt: skip


STYLUS = QPointingDevice(
    "stylus", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
    QInputDevice.Capability.Position, 1, 1,
)  # fmt: skip
