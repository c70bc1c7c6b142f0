"""The canvas: a square of paper that mouse, pen and finger draw on."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QCursor,
    QEventPoint,
    QFocusEvent,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from app.canvas.canvas_actions import CanvasActions
from app.canvas.drawing import Drawing
from app.canvas.hint import FadingHint
from app.canvas.ink_layer import CORNER, InkLayer
from app.canvas.pen_cursor import pen_cursor
from app.canvas.pointer import Pointer, PointerInCharge
from app.theme import colours_of


class Canvas(QWidget):
    """Keeps a Drawing and shows it on a centred square, as large as fits.

    `drawing_changed` follows every change of the ink. `actions_offered` holds undo, redo and clear.
    """

    drawing_changed = Signal()

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds; it tells when a pointer has been silent for long."""
        super().__init__(parent)
        self.drawing = Drawing()
        self._charge = PointerInCharge(clock)
        self._finger = -1
        self._layer: InkLayer | None = None
        self._ring = False
        self._hint = FadingHint(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAccessibleName("Canvas")
        self.setAccessibleDescription("Draw a digit here with the mouse, a pen or a finger.")
        self._pen_cursor = pen_cursor()
        self.actions_offered = CanvasActions(self)
        self.actions_offered.undo.triggered.connect(self.undo)
        self.actions_offered.redo.triggered.connect(self.redo)
        self.actions_offered.clear.triggered.connect(self.clear)
        self.actions_offered.follow(self.drawing)

    # What it holds

    @property
    def area(self) -> QRectF:
        """The square that can be drawn on, in the widget's pixels."""
        side = max(1, min(self.width(), self.height()))
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    @Slot()
    def undo(self) -> None:
        """Take back the last stroke, or the clearing."""
        self.drawing.undo()
        self._redrawn()

    @Slot()
    def redo(self) -> None:
        """Bring back what undo took."""
        self.drawing.redo()
        self._redrawn()

    @Slot()
    def clear(self) -> None:
        """Wipe the canvas."""
        self.drawing.clear()
        self._redrawn()

    def sizeHint(self) -> QSize:
        """Large: it is what the page is about."""
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        """Still large enough to write in."""
        return QSize(240, 240)

    # Drawing, whatever with

    def _press(self, pointer: Pointer, position: QPointF) -> None:
        if not self._charge.may_begin(pointer):
            return
        self._lift()
        if not self.area.contains(position):
            return
        self._charge.begin(pointer)
        self._watch_for_leaving(pointer is Pointer.PEN)
        self._hint.fade(0.0)
        self.drawing.begin(*self._to_unit(position))
        self._grown()

    def _move(self, pointer: Pointer, position: QPointF) -> None:
        if self._charge.hear(pointer) and self.drawing.is_drawing:
            self.drawing.extend(*self._to_unit(position))
            self._grown()

    def _release(self, pointer: Pointer) -> None:
        if self._charge.pointer is pointer:
            self._lift()

    def _lift(self) -> None:
        """End the stroke being drawn, whatever draws it."""
        if self._charge.pointer is None:
            return
        self._watch_for_leaving(False)
        self._charge.end()
        if self._layer is not None:
            self._layer.finish()
        self.drawing.end()
        self.actions_offered.follow(self.drawing)

    def _watch_for_leaving(self, watch: bool) -> None:
        """That a pen has left the tablet's reach is told to the application alone."""
        application = QApplication.instance()
        assert application is not None
        if watch:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)

    def _to_unit(self, position: QPointF) -> tuple[float, float]:
        area = self.area
        return (position.x() - area.x()) / area.width(), (position.y() - area.y()) / area.height()

    def _grown(self) -> None:
        """The stroke being drawn has grown: paint just that."""
        if self._layer is not None:
            changed = self._layer.grow(self.drawing.current).translated(self.area.topLeft())
            self.update(changed.toAlignedRect())
        self.actions_offered.follow(self.drawing)
        self.drawing_changed.emit()

    def _redrawn(self) -> None:
        """Strokes have come or gone: paint everything."""
        self._layer = None
        self._hint.fade(1.0 if self.drawing.is_blank else 0.0)
        self.update()
        self.actions_offered.follow(self.drawing)
        self.drawing_changed.emit()

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the pen down with the left button."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(Pointer.MOUSE, event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw while the left button is down; show the pen's cursor over the paper."""
        if self._charge.pointer is Pointer.MOUSE and not event.buttons() & Qt.MouseButton.LeftButton:
            self._release(Pointer.MOUSE)  # the release went elsewhere, to a menu that popped up, say
        self._move(Pointer.MOUSE, event.position())
        over = self._charge.pointer is not None or self.area.contains(event.position())
        self.setCursor(self._pen_cursor if over else QCursor(Qt.CursorShape.ArrowCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._release(Pointer.MOUSE)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Draw with a pen, to fractions of a pixel. An accepted event brings no mouse event with it."""
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.TabletPress and left:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._press(Pointer.PEN, event.position())
        elif kind == QEvent.Type.TabletMove and self._charge.pointer is Pointer.PEN:
            self._move(Pointer.PEN, event.position())
        elif kind == QEvent.Type.TabletRelease and left:
            self._release(Pointer.PEN)
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
            self._lift()  # the release may go to the other window
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While a pen draws, hear of its leaving; keeps no event from anybody."""
        if event.type() == QEvent.Type.TabletLeaveProximity:
            self._release(Pointer.PEN)
        return False

    def _touch(self, event: QTouchEvent) -> None:
        """One finger draws; further ones, a resting hand say, are ignored."""
        if event.type() == QEvent.Type.TouchCancel:
            self._release(Pointer.FINGER)
            return
        if all(point.id() != self._finger for point in event.points()):
            self._release(Pointer.FINGER)  # an event lists all fingers on the screen: its release was lost
        for point in event.points():
            state = point.state()
            if state == QEventPoint.State.Pressed and self._charge.pointer is not Pointer.FINGER:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self._finger = point.id()
                self._press(Pointer.FINGER, point.position())
            elif point.id() == self._finger and state == QEventPoint.State.Updated:
                self._move(Pointer.FINGER, point.position())
            elif point.id() == self._finger and state == QEventPoint.State.Released:
                self._move(Pointer.FINGER, point.position())
                self._release(Pointer.FINGER)

    def hideEvent(self, event: QHideEvent) -> None:
        """Lift the pen: its release may never come."""
        self._lift()
        super().hideEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ring the paper for whoever came by keyboard; whoever draws needs no ring."""
        by_hand = event.reason() in (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        self._ring = not by_hand and event.reason() != Qt.FocusReason.OtherFocusReason
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        self._ring = False
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Strokes are kept in units of the side, so they just become larger, the one being drawn too."""
        self._layer = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._layer = None
            self.update()
        super().changeEvent(event)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper, the hint, ink, the border."""
        area, colours, layer = self.area, colours_of(self), self._ready_layer()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.paper))
            painter.drawRoundedRect(area, CORNER, CORNER)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self._hint.paint(painter, area)
            layer.paint(painter, area.topLeft())
            painter.setPen(QPen(QColor(colours.accent if self._ring else colours.edge), 2 if self._ring else 1))
            inset = painter.pen().widthF() / 2
            painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), CORNER - inset, CORNER - inset)

    def _ready_layer(self) -> InkLayer:
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.pixmap.devicePixelRatio() != ratio:
            self._layer = InkLayer(self.area.width(), ratio, colours_of(self))
            self._layer.add(self.drawing.strokes[:-1] if self.drawing.current else self.drawing.strokes)
            self._layer.grow(self.drawing.current)
        return self._layer
