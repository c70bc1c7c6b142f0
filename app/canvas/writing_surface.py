"""The drawing area: it converts events of mouse, pen and finger to presses, moves and releases."""

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

from app.canvas.pointer import ActivePointer, Pointer

BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
"""The left button draws, the right button erases."""


class WritingSurface(QWidget):
    """Base class of the canvas; lets one pointer at a time draw or erase.

    It calls `begin_stroke(x, y, erases)`, `continue_stroke(x, y)` and `end_stroke()`, which subclasses override, with
    positions in units of the square's side.
    """

    def __init__(self, clock: Callable[[], float], parent: QWidget | None = None) -> None:
        """`clock` returns seconds; it is used to detect a lost release event."""
        super().__init__(parent)
        self.active_pointer = ActivePointer(clock)
        self._finger = -1
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    @property
    def area(self) -> QRectF:
        """The square to draw on, in the widget's pixels."""
        side = max(1, min(self.width(), self.height()))
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def begin_stroke(self, x: float, y: float, erases: bool) -> None:
        """Begin a stroke at (x, y), or erasing if `erases`."""

    def continue_stroke(self, x: float, y: float) -> None:
        """Continue the stroke to (x, y)."""

    def end_stroke(self) -> None:
        """End the stroke."""

    def hover(self, position: QPointF | None) -> None:
        """Called when mouse or pen moves to `position` in the widget, pressed or not; None if it has left."""

    # Pointers

    def press(self, pointer: Pointer, position: QPointF, erases: bool = False) -> bool:
        """Put `pointer` down at a position in the widget; return whether a stroke begins."""
        if not self.active_pointer.may_press(pointer):
            return False
        self.lift()
        if not self.area.contains(position):
            return False
        self.active_pointer.begin(pointer)
        self._watch_for_leaving(watch=pointer is Pointer.PEN)
        self.begin_stroke(*self.to_unit(position), erases)
        return True

    def move_to(self, pointer: Pointer, position: QPointF) -> None:
        """Move `pointer`, if it is the one that draws."""
        if self.active_pointer.record_move(pointer):
            self.continue_stroke(*self.to_unit(position))

    def release(self, pointer: Pointer) -> None:
        """Lift `pointer`, if it is the one that draws."""
        if self.active_pointer.pointer is pointer:
            self.lift()

    def lift(self) -> None:
        """End the stroke of any pointer."""
        if self.active_pointer.pointer is not None:
            self._watch_for_leaving(watch=False)
            self.active_pointer.end()
            self.end_stroke()

    def _watch_for_leaving(self, *, watch: bool) -> None:
        """Filter the application's events: only the application gets the event that a pen has left the tablet."""
        application = QApplication.instance()
        assert application is not None
        if watch:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)

    def to_unit(self, position: QPointF) -> tuple[float, float]:
        """Convert a position in the widget to units of the square's side."""
        area = self.area
        return (position.x() - area.x()) / area.width(), (position.y() - area.y()) / area.height()

    def from_unit(self, x: float, y: float) -> QPointF:
        """Convert units of the square's side to a position in the widget."""
        area = self.area
        return QPointF(area.x() + x * area.width(), area.y() + y * area.height())

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin drawing with the left button, erasing with the right one."""
        if event.button() in BUTTONS:
            self.press(Pointer.MOUSE, event.position(), erases=event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw while a button is down."""
        if self.active_pointer.pointer is Pointer.MOUSE and not any(event.buttons() & button for button in BUTTONS):
            self.release(Pointer.MOUSE)  # the release was lost, for example to a pop-up menu
        self.move_to(Pointer.MOUSE, event.position())
        self.hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if event.button() in BUTTONS and not any(event.buttons() & button for button in BUTTONS):
            self.release(Pointer.MOUSE)

    def leaveEvent(self, event: QEvent) -> None:
        """Report that the pointer left."""
        self.hover(None)
        super().leaveEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a pen, with sub-pixel positions. An accepted event is not followed by a mouse event."""
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.TabletPress and left:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            erases = event.pointerType() == QPointingDevice.PointerType.Eraser
            self.press(Pointer.PEN, event.position(), erases)
        elif kind == QEvent.Type.TabletMove and self.active_pointer.pointer is Pointer.PEN:
            self.move_to(Pointer.PEN, event.position())
            self.hover(event.position())
        elif kind == QEvent.Type.TabletRelease and left:
            self.release(Pointer.PEN)
        else:
            event.ignore()  # hovering: Qt then moves the cursor
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Handle touch events and the window's deactivation, which have no handlers of their own."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        if event.type() == QEvent.Type.WindowDeactivate:
            self.lift()  # the release may go to another window
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the drawing pen left the tablet; never filters an event out."""
        if event.type() == QEvent.Type.TabletLeaveProximity:
            self.release(Pointer.PEN)
        return False

    def _touch(self, event: QTouchEvent) -> None:
        """Draw with one finger; ignore others, such as a resting hand."""
        if event.type() == QEvent.Type.TouchCancel:
            self.release(Pointer.FINGER)
            return
        if all(point.id() != self._finger for point in event.points()):
            self.release(Pointer.FINGER)  # each event lists all fingers on the screen, so its release was lost
        for point in event.points():
            state = point.state()
            if state == QEventPoint.State.Pressed and self.active_pointer.pointer is not Pointer.FINGER:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self._finger = point.id()
                self.press(Pointer.FINGER, point.position())
            elif point.id() == self._finger and state == QEventPoint.State.Updated:
                self.move_to(Pointer.FINGER, point.position())
            elif point.id() == self._finger and state == QEventPoint.State.Released:
                self.move_to(Pointer.FINGER, point.position())
                self.release(Pointer.FINGER)

    def hideEvent(self, event: QHideEvent) -> None:
        """Lift the pen, because its release may be lost."""
        self.lift()
        super().hideEvent(event)
