"""The square that is written on, and the events of mouse, pen and finger as presses, moves and releases."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QEventPoint,
    QHideEvent,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.canvas.pointer import Pointer, PointerInCharge

BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
"""The left one writes, the right one erases."""


class WritingSurface(QWidget):
    """Lets one pointer at a time write or erase; whoever inherits from it says what that does.

    It calls `stroke_begins(x, y, erases)`, `stroke_goes_on(x, y)` and `stroke_ends()` with places in units of the
    square's side.
    """

    def __init__(self, clock: Callable[[], float], parent: QWidget | None = None) -> None:
        """`clock` gives seconds; it tells when a pointer has been silent for long."""
        super().__init__(parent)
        self.charge = PointerInCharge(clock)
        self._finger = -1
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    @property
    def area(self) -> QRectF:
        """The square that can be drawn on, in the widget's pixels."""
        side = max(1, min(self.width(), self.height()))
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def stroke_begins(self, x: float, y: float, erases: bool) -> None:
        """The pen, or with `erases` its other end, is put down at (x, y)."""

    def stroke_goes_on(self, x: float, y: float) -> None:
        """It moves to (x, y)."""

    def stroke_ends(self) -> None:
        """It is lifted."""

    def hovers(self, position: QPointF | None) -> None:
        """The mouse or the pen is at `position` of the widget, down or not; None: it has left."""

    # Whatever with

    def press(self, pointer: Pointer, position: QPointF, erases: bool = False) -> bool:
        """Put `pointer` down at a position of the widget; gives whether a stroke begins."""
        if not self.charge.may_begin(pointer):
            return False
        self.lift()
        if not self.area.contains(position):
            return False
        self.charge.begin(pointer)
        self._watch_for_leaving(pointer is Pointer.PEN)
        self.stroke_begins(*self.to_unit(position), erases)
        return True

    def move_to(self, pointer: Pointer, position: QPointF) -> None:
        """Move `pointer`, if it is the one that draws."""
        if self.charge.hear(pointer):
            self.stroke_goes_on(*self.to_unit(position))

    def release(self, pointer: Pointer) -> None:
        """Lift `pointer`, if it is the one that draws."""
        if self.charge.pointer is pointer:
            self.lift()

    def lift(self) -> None:
        """End the stroke being drawn, whatever draws it."""
        if self.charge.pointer is not None:
            self._watch_for_leaving(False)
            self.charge.end()
            self.stroke_ends()

    def _watch_for_leaving(self, watch: bool) -> None:
        """That a pen has left the tablet's reach is told to the application alone."""
        application = QApplication.instance()
        assert application is not None
        if watch:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)

    def to_unit(self, position: QPointF) -> tuple[float, float]:
        """A position of the widget in units of the square's side."""
        area = self.area
        return (position.x() - area.x()) / area.width(), (position.y() - area.y()) / area.height()

    def from_unit(self, x: float, y: float) -> QPointF:
        """The other way round."""
        area = self.area
        return QPointF(area.x() + x * area.width(), area.y() + y * area.height())

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the pen down with the left button, its eraser with the right one."""
        if event.button() in BUTTONS:
            self.press(Pointer.MOUSE, event.position(), erases=event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw while a button is down."""
        if self.charge.pointer is Pointer.MOUSE and not any(event.buttons() & button for button in BUTTONS):
            self.release(Pointer.MOUSE)  # the release went elsewhere, to a menu that popped up, say
        self.move_to(Pointer.MOUSE, event.position())
        self.hovers(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if event.button() in BUTTONS and not any(event.buttons() & button for button in BUTTONS):
            self.release(Pointer.MOUSE)

    def leaveEvent(self, event: QEvent) -> None:
        """Say so."""
        self.hovers(None)
        super().leaveEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a pen, to fractions of a pixel. An accepted event brings no mouse event with it."""
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.TabletPress and left:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            erases = event.pointerType() == QPointingDevice.PointerType.Eraser
            self.press(Pointer.PEN, event.position(), erases)
        elif kind == QEvent.Type.TabletMove and self.charge.pointer is Pointer.PEN:
            self.move_to(Pointer.PEN, event.position())
            self.hovers(event.position())
        elif kind == QEvent.Type.TabletRelease and left:
            self.release(Pointer.PEN)
        else:
            event.ignore()  # hovering: let it move the cursor
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Take touches, and the window's going behind another: neither has a handler of its own."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        if event.type() == QEvent.Type.WindowDeactivate:
            self.lift()  # the release may go to the other window
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While a pen draws, hear of its leaving; keeps no event from anybody."""
        if event.type() == QEvent.Type.TabletLeaveProximity:
            self.release(Pointer.PEN)
        return False

    def _touch(self, event: QTouchEvent) -> None:
        """One finger draws; further ones, a resting hand say, are ignored."""
        if event.type() == QEvent.Type.TouchCancel:
            self.release(Pointer.FINGER)
            return
        if all(point.id() != self._finger for point in event.points()):
            self.release(Pointer.FINGER)  # an event lists all fingers on the screen: its release was lost
        for point in event.points():
            state = point.state()
            if state == QEventPoint.State.Pressed and self.charge.pointer is not Pointer.FINGER:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self._finger = point.id()
                self.press(Pointer.FINGER, point.position())
            elif point.id() == self._finger and state == QEventPoint.State.Updated:
                self.move_to(Pointer.FINGER, point.position())
            elif point.id() == self._finger and state == QEventPoint.State.Released:
                self.move_to(Pointer.FINGER, point.position())
                self.release(Pointer.FINGER)

    def hideEvent(self, event: QHideEvent) -> None:
        """Lift the pen: its release may never come."""
        self.lift()
        super().hideEvent(event)
